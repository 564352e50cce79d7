// What a measurement needs of the machine it runs on: cores and descriptors.
#pragma once

namespace river::bench {

// Binds this thread, and what it starts, to one core; -1: to any that the program was started with.
void pin_to_core(int core);

// Raises the limit of open files to what is allowed. Fails, with the number that is possible, if
// `sockets` do not fit beside what the program itself needs.
void make_room_for(int sockets);

}  // namespace river::bench
