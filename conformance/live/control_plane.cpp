#include "conformance/live/control_plane.hpp"

#include <signal.h>

#include <boost/system/errc.hpp>
#include <fstream>

#include "conformance/live/kube_admin.hpp"
#include "runtime/deadline.hpp"
#include "runtime/entropy.hpp"

namespace kitfox::conformance {
namespace {

constexpr const char* here = "127.0.0.1";
/// Between two looks at an API server that comes up.
constexpr runtime::duration look_again = std::chrono::milliseconds{100};
/// For a killed process to be gone.
constexpr runtime::duration end_timeout = std::chrono::seconds{10};

runtime::error_code io_failure() {
  return boost::system::errc::make_error_code(boost::system::errc::io_error);
}

runtime::error_code write_file(const std::filesystem::path& file, const std::string& text) {
  std::ofstream out{file, std::ios::binary | std::ios::trunc};
  out << text << std::flush;
  return out ? runtime::error_code{} : io_failure();
}

std::string random_token(runtime::host& on) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (int i = 0; i < 48; ++i) out += digits[on.entropy().below(digits.size())];
  return out;
}

}  // namespace

control_plane::control_plane(runtime::host& on, std::filesystem::path assets)
    : host_{on},
      assets_{std::move(assets)},
      authority_{"kitfox live authority", {}, pki::key_kind::rsa2048},
      changed_{on.executor()},
      tasks_{on} {}

runtime::error_code control_plane::write_files() {
  if (directory_.path().empty()) return io_failure();
  const auto server = authority_.issue(
      {.hosts = {here, "localhost", "kubernetes.default.svc"}, .key = pki::key_kind::rsa2048});
  const auto signer = authority_.issue({.hosts = {"service-accounts"}, .key = pki::key_kind::rsa2048});
  access_.token = random_token(host_);
  access_.authorities_pem = authority_.certificate_pem();
  const std::pair<const char*, std::string> files[] = {
      {"ca.pem", authority_.certificate_pem()},
      {"server.pem", server.certificate_pem},
      {"server.key", server.private_key_pem},
      {"accounts.key", signer.private_key_pem},
      {"tokens.csv", access_.token + ",admin,admin,system:masters\n"}};
  for (const auto& [name, text] : files) {
    const runtime::error_code failure = write_file(directory_.path() / name, text);
    if (failure) return failure;
  }
  return {};
}

runtime::task<runtime::result<std::uint16_t>> control_plane::free_port() {
  runtime::endpoint any{here, 0};
  const auto listening = co_await host_.network().listen(std::move(any), nullptr);
  if (!listening) co_return listening.error();
  co_return (*listening)->local().port;
}

runtime::error_code control_plane::launch(part& which, std::vector<std::string> command) {
  runtime::child_options options;
  options.log_path = (directory_.path() / (&which == &store_ ? "etcd.log" : "kube-apiserver.log")).string();
  options.command = std::move(command);
  auto process = runtime::child_process::start(host_, options, [&which](std::string_view line) {
    constexpr std::size_t kept_max = 300;
    if (!line.empty()) which.last_line = line.substr(0, kept_max);
  });
  if (!process) return process.error();
  which.process = std::move(*process);
  which.ended = false;
  tasks_.spawn("end of a program", await_end(which));
  return {};
}

runtime::task<void> control_plane::await_end(part& which) {
  const auto code = co_await which.process->ended();
  static_cast<void>(code);
  which.ended = true;
  changed_.notify_all();
}

std::vector<std::string> control_plane::server_command(std::uint16_t port, std::uint16_t store_port) const {
  const auto file = [this](const char* name) { return (directory_.path() / name).string(); };
  return {(assets_ / "kube-apiserver").string(),
          "--etcd-servers=http://127.0.0.1:" + std::to_string(store_port), "--bind-address=127.0.0.1",
          "--advertise-address=127.0.0.1", "--secure-port=" + std::to_string(port),
          "--endpoint-reconciler-type=none", "--tls-cert-file=" + file("server.pem"),
          "--tls-private-key-file=" + file("server.key"), "--token-auth-file=" + file("tokens.csv"),
          "--authorization-mode=RBAC", "--service-account-key-file=" + file("accounts.key"),
          "--service-account-signing-key-file=" + file("accounts.key"),
          "--service-account-issuer=https://kubernetes.default.svc", "--service-cluster-ip-range=10.2.0.0/16",
          "--disable-admission-plugins=ServiceAccount", "--kubelet-certificate-authority=" + file("ca.pem"),
          // A node keeps the addresses that its scenario gives it; this one is added.
          "--kubelet-preferred-address-types=ExternalIP"};
}

runtime::task<runtime::error_code> control_plane::start_once(std::string& why) {
  const auto store_port = co_await free_port();
  if (!store_port) co_return store_port.error();
  const auto port = co_await free_port();
  if (!port) co_return port.error();
  const std::string store_url = "http://127.0.0.1:" + std::to_string(*store_port);
  why = "etcd";
  std::error_code ignored;
  std::filesystem::remove_all(directory_.path() / "etcd", ignored);
  std::vector<std::string> store_words{(assets_ / "etcd").string(),
                                       "--data-dir=" + (directory_.path() / "etcd").string(),
                                       "--listen-client-urls=" + store_url,
                                       "--advertise-client-urls=" + store_url,
                                       "--listen-peer-urls=http://127.0.0.1:0",
                                       "--unsafe-no-fsync"};
  const runtime::error_code no_store = launch(store_, std::move(store_words));
  if (no_store) co_return no_store;
  why = "kube-apiserver";
  const runtime::error_code no_server = launch(server_, server_command(*port, *store_port));
  if (no_server) co_return no_server;
  access_.server_url = "https://127.0.0.1:" + std::to_string(*port);
  co_return co_await await_ready(why);
}

runtime::task<runtime::error_code> control_plane::await_ready(std::string& why) {
  auto admin = kube_admin::make(host_, access_);
  if (!admin) co_return admin.error();
  const runtime::mono_time until = host_.clock().now() + start_timeout;
  for (;;) {
    for (const part* one : {&store_, &server_}) {
      if (!one->ended) continue;
      why = (one == &store_ ? "etcd ended: " : "kube-apiserver ended: ") + one->last_line;
      co_return boost::system::errc::make_error_code(boost::system::errc::owner_dead);
    }
    const auto ready = co_await (*admin)->ask("GET", "/readyz", nullptr);
    if (ready && ready->status == 200) co_return runtime::error_code{};
    why = ready ? "kube-apiserver is not ready: " + ready->body.substr(0, 200)
                : "kube-apiserver: " + server_.last_line;
    if (host_.clock().now() > until)
      co_return boost::system::errc::make_error_code(boost::system::errc::timed_out);
    const runtime::error_code failure = co_await host_.clock().sleep_for(look_again);
    if (failure) co_return failure;
  }
}

runtime::task<runtime::error_code> control_plane::start(std::string& why) {
  why = "files in " + directory_.path().string();
  runtime::error_code failure = write_files();
  if (failure) co_return failure;
  for (int i = 0; i < starts_max; ++i) {
    failure = co_await start_once(why);
    if (!failure) break;
    co_await stop();
    // Only one that ended by itself may have met a port that was taken.
    if (failure != boost::system::errc::make_error_code(boost::system::errc::owner_dead)) break;
  }
  co_return failure;
}

/// Nothing in it is to be kept, so neither is asked to end in order.
runtime::task<void> control_plane::stop() {
  for (part* one : {&server_, &store_})
    if (!one->ended) one->process->signal_group(SIGKILL);
  const runtime::mono_time until = host_.clock().now() + end_timeout;
  while (!server_.ended || !store_.ended) {
    auto changed = changed_.wait();
    const runtime::error_code failure =
        co_await runtime::with_deadline(host_.clock(), until, std::move(changed));
    if (failure) break;  // its destructor ends it all the same
  }
  tasks_.cancel();
  co_await tasks_.join();
}

}  // namespace kitfox::conformance
