#include "app/last_end.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <charconv>

#include "base/log.h"

namespace postroad::app {
namespace {

using queue::LastEnd;

constexpr char kRunning = 'R', kFault = 'F';
constexpr std::size_t kNoteBytesMax = 128;
constexpr std::size_t kVmstatBytesMax = 65'536;
constexpr std::string_view kOutOfMemoryKills = "\noom_kill ";
/// What a process does to itself, or the kernel to it, and a watchdog that waited in vain (SIGABRT).
constexpr std::array kFatalSignals = {SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGSYS, SIGTRAP};

/// A signal handler has no other place to look.
std::atomic<int> note_file{-1};
std::array<struct sigaction, NSIG> former_actions;

/// Only what may be called in a signal handler (signal-safety(7)).
void note_fault(int signal, siginfo_t* info, void*) {
  (void)!pwrite(note_file.load(), &kFault, 1, 0);
  sigaction(signal, &former_actions[static_cast<std::size_t>(signal)], nullptr);
  if (info->si_code <= 0) raise(signal);  // Sent by somebody; a fault of the CPU comes again by itself.
}

std::string read_some(int file, std::size_t bytes_max) {
  std::string text(bytes_max, '\0');
  const ssize_t got = file < 0 ? -1 : pread(file, text.data(), text.size(), 0);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  return text;
}

/// How often the kernel has killed a process for want of memory since it started; empty where it does not say.
std::string out_of_memory_kills() {
  const int file = open("/proc/vmstat", O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  std::string text = read_some(file, kVmstatBytesMax);
  close(file);
  const std::size_t at = text.find(kOutOfMemoryKills);
  if (at == std::string::npos) return {};
  const std::size_t begin = at + kOutOfMemoryKills.size();
  return text.substr(begin, text.find('\n', begin) - begin);
}

/// By what the former process left, and what this one writes: with the same boot and count of kills they differ in the state alone.
LastEnd judged(const std::string& former, const std::string& running) {
  if (former == running) return LastEnd::kKilled;
  return former.starts_with(kFault) && former.substr(1) == running.substr(1) ? LastEnd::kFault : LastEnd::kUnknown;
}

}  // namespace

LastEnd take_last_end(const std::string& data_dir, const std::string& boot_id) {
  const std::string kills = out_of_memory_kills();
  const int file = open((data_dir + "/process.now").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const std::string former = read_some(file, kNoteBytesMax);
  const std::string running = fmt::format("{} {} {}\n", kRunning, boot_id, kills);
  const bool noted = file >= 0 && ftruncate(file, 0) == 0 && pwrite(file, running.data(), running.size(), 0) == std::ssize(running);
  if (!noted) log::warn("end_not_noted", {{"file", data_dir + "/process.now"}, {"next", "a kill will count as a crash"}});
  const int before = note_file.exchange(file);
  if (before >= 0) close(before);
  struct sigaction action {};
  action.sa_sigaction = note_fault;
  action.sa_flags = SA_SIGINFO;
  sigemptyset(&action.sa_mask);
  for (const int signal : kFatalSignals) {
    struct sigaction former_action {};
    sigaction(signal, &action, &former_action);
    if (former_action.sa_sigaction != note_fault) former_actions[static_cast<std::size_t>(signal)] = former_action;
  }
  if (kills.empty() || boot_id.empty()) return LastEnd::kUnknown;
  return judged(former, running);
}

}  // namespace postroad::app
