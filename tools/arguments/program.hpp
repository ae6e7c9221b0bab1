// What every program does around its work.
#pragma once

namespace lastmile::tools {

// Gives the exit status of `work`. Before it: a standard descriptor that is closed is opened on nothing, so that no
// file of ours gets its number and with it what is printed; a file that may grow no more is an error like a full disk,
// not a death. What the machine refuses (memory, standard output) is a complaint and `failed`, the program's own status
// for that; a status of `work` above 0 stays. Without memory the process ends at once: what it writes stays as after a
// kill.
int run_program(const char* name, int failed, int (*work)(int argc, char** argv), int argc, char** argv);

}  // namespace lastmile::tools
