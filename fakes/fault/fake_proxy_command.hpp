#pragma once

namespace kitfox::fault {

/// Runs `kitfox fake proxy`: a fault proxy with toxiproxy's HTTP API until SIGTERM. Prints the API's address
/// once it accepts connections. See --help for the options; argv[0] is the command's name. Exit codes: 0
/// stopped on request; 2 bad options or files; 5 an address cannot be used.
[[nodiscard]] int run_fake_proxy(int argc, char** argv);

}  // namespace kitfox::fault
