#pragma once

namespace kitfox::kube {

/// Runs `kitfox fake apiserver`: a fake Kubernetes API server over TLS until SIGTERM. Prints the path of a
/// kubeconfig once it accepts connections. See --help for the options; argv[0] is the command's name.
/// Exit codes: 0 stopped on request; 2 bad options or files; 5 the address cannot be used.
[[nodiscard]] int run_fake_apiserver(int argc, char** argv);

}  // namespace kitfox::kube
