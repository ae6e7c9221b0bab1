#include "tools/arguments/program.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <new>
#include <string>
#include <string_view>
#include <system_error>

#include "tools/arguments/complaint.hpp"

namespace lastmile::tools {
namespace {

void open_standard_descriptors() {
  int opened = 0;
  do {
    opened = ::open("/dev/null", O_RDWR);  // the lowest number that is free
  } while (opened >= 0 && opened <= STDERR_FILENO);
  if (opened >= 0) ::close(opened);
}

// What out_of_memory() says and with which status: made before memory is scarce.
struct LastWords {
  std::string text;
  int descriptor = STDERR_FILENO;
  int status = 0;
};
LastWords last_words;

// At once, as if killed: what memory ran out in the middle of cannot be taken apart in order.
[[noreturn]] void out_of_memory() {
  const bool told = ::write(last_words.descriptor, last_words.text.data(), last_words.text.size()) >= 0;
  static_cast<void>(told);  // nothing else can be done
  ::_exit(last_words.status);
}

bool printed_all() {
  std::cout.flush();
  const bool flushed = std::fflush(stdout) == 0;
  return flushed && std::ferror(stdout) == 0 && std::cout.good();
}

}  // namespace

int run_program(const char* name, int failed, int (*work)(int argc, char** argv), int argc, char** argv) {
  open_standard_descriptors();
  std::signal(SIGXFSZ, SIG_IGN);
  const bool json = std::find(argv, argv + argc, std::string_view("--json")) != argv + argc;
  const std::string no_memory = "the machine gave no more memory";
  last_words = json ? LastWords{R"({"errors":[{"text":")" + no_memory + "\"}]}\n", STDOUT_FILENO, failed}
                    : LastWords{std::string(name) + ": " + no_memory + "\n", STDERR_FILENO, failed};
  std::set_new_handler(out_of_memory);
  const std::string no_output = "standard output: cannot be written";
  int status = failed;
  try {
    status = work(argc, argv);
  } catch (const std::system_error& error) {  // of printing too, when more is printed than waits in memory
    complain(name, {.text = printed_all() ? error.what() : no_output}, false);
    return failed;
  }
  if (printed_all()) return status;
  complain(name, {.text = no_output}, false);
  return status == 0 ? failed : status;
}

}  // namespace lastmile::tools
