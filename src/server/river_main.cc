// The river program.
#include "server/command_line.h"
#include "server/server.h"

int main(int argc, char** argv) {
  return river::server::run_command_line(argc, argv, river::server::serve);
}
