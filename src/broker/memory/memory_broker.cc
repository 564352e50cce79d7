#include "broker/memory/memory_broker.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace river::broker {

MemoryBroker::MemoryBroker(std::size_t loop, Courier& courier, const HomeSettings& settings,
                           const ChannelRules& rules, Metrics& metrics)
    : loop_(loop), courier_(courier), home_(settings, rules, *this, metrics) {}

MemoryBroker::~MemoryBroker() = default;

void MemoryBroker::connect(std::vector<MemoryBroker*> peers, BrokerSink& sink) {
  RIVER_ASSERT(peers.size() <= loops_max);
  RIVER_ASSERT(peers[loop_] == this);
  peers_ = std::move(peers);
  sink_ = &sink;
}

std::size_t MemoryBroker::home_of(std::string_view channel) const {
  // The high bits: the low ones choose the bucket inside the home's table.
  return peers_.size() == 1 ? 0 : (SeededHash()(channel) >> 32) % peers_.size();
}

void MemoryBroker::run_on(std::size_t loop, std::move_only_function<void(MemoryBroker&)> work) {
  if (loop == loop_) {
    work(*this);
    return;
  }
  courier_.send(loop, [peer = peers_[loop], work = std::move(work)]() mutable { work(*peer); });
}

void MemoryBroker::resolve(std::uint64_t question, void* result) {
  const auto place = pending_.find(question);
  RIVER_ASSERT(place != pending_.end());
  auto answer = std::move(place->second);
  pending_.erase(place);
  answer(result);
}

template <typename T, typename Work>
void MemoryBroker::ask(std::size_t loop, Work work, Answer<T> answer) {
  if (loop != loop_ && courier_.full(loop)) {
    answer(std::unexpected(BrokerError::overloaded));
    return;
  }
  ask_even_if_full<T>(loop, std::move(work), std::move(answer));
}

template <typename T, typename Work>
void MemoryBroker::ask_even_if_full(std::size_t loop, Work work, Answer<T> answer) {
  if (loop == loop_) {
    answer(work(*this));
    return;
  }
  using Result = std::expected<T, BrokerError>;
  const std::uint64_t question = next_question_++;
  pending_.emplace(question, [answer = std::move(answer)](void* result) mutable {
    answer(std::move(*static_cast<Result*>(result)));
  });
  run_on(loop, [work = std::move(work), question, from = loop_](MemoryBroker& home) mutable {
    home.run_on(from, [result = Result(work(home)), question](MemoryBroker& asker) mutable {
      asker.resolve(question, &result);
    });
  });
}

template <typename T, typename Work>
void MemoryBroker::ask_all(const Work& work, Answer<std::vector<T>> answer) {
  if (!can_take(~LoopSet{0})) {
    answer(std::unexpected(BrokerError::overloaded));
    return;
  }
  struct Gathering {
    std::vector<T> results;
    std::size_t missing;
    Answer<std::vector<T>> answer;
  };
  // Shared by the answers only, which all come on this loop.
  auto gathering =
      std::make_shared<Gathering>(std::vector<T>(peers_.size()), peers_.size(), std::move(answer));
  for (std::size_t loop = 0; loop < peers_.size(); ++loop) {
    // Also if it has become full meanwhile: the work that it has to do is small.
    ask_even_if_full<T>(
        loop, [work](MemoryBroker& peer) { return std::expected<T, BrokerError>(work(peer)); },
        [gathering, loop](std::expected<T, BrokerError> result) {
          gathering->results[loop] = std::move(*result);
          if (--gathering->missing == 0) gathering->answer(std::move(gathering->results));
        });
  }
}

void MemoryBroker::publish(PublishRequest request, Answer<Position> answer) {
  const std::size_t home = home_of(request.channel);
  ask<Position>(
      home,
      [request = std::move(request)](MemoryBroker& peer) {
        return peer.home_.publish(request, peer.courier_.now());
      },
      std::move(answer));
}

void MemoryBroker::snapshot(std::string channel, SnapshotRequest request, Answer<Snapshot> answer) {
  const std::size_t home = home_of(channel);
  ask<Snapshot>(
      home,
      [channel = std::move(channel), request = std::move(request),
       from = loop_](MemoryBroker& peer) mutable {
        return peer.home_.snapshot(channel, std::move(request), from, peer.courier_.now());
      },
      std::move(answer));
}

void MemoryBroker::forget(std::string channel) {
  const std::size_t home = home_of(channel);
  run_on(home, [channel = std::move(channel), from = loop_](MemoryBroker& peer) {
    peer.home_.forget(channel, from, peer.courier_.now());
  });
}

void MemoryBroker::leave(std::string channel, std::string user, ConnectionId connection) {
  const std::size_t home = home_of(channel);
  run_on(home,
         [channel = std::move(channel), user = std::move(user), connection](MemoryBroker& peer) {
           peer.home_.leave(channel, user, connection, peer.courier_.now());
         });
}

void MemoryBroker::history(std::string channel, std::optional<Offset> before, std::size_t limit,
                           Answer<HistoryPage> answer) {
  const std::size_t home = home_of(channel);
  ask<HistoryPage>(
      home,
      [channel = std::move(channel), before, limit](MemoryBroker& peer) {
        return std::expected<HistoryPage, BrokerError>(
            peer.home_.history(channel, before, limit, peer.courier_.now()));
      },
      std::move(answer));
}

void MemoryBroker::members(std::string channel, std::string after, std::size_t limit,
                           Answer<MemberPage> answer) {
  const std::size_t home = home_of(channel);
  ask<MemberPage>(
      home,
      [channel = std::move(channel), after = std::move(after), limit](MemoryBroker& peer) {
        return std::expected<MemberPage, BrokerError>(peer.home_.members(channel, after, limit));
      },
      std::move(answer));
}

void MemoryBroker::channels(std::string prefix, std::string after, std::size_t limit,
                            Answer<ChannelPage> answer) {
  ask_all<std::vector<ChannelCount>>(
      [prefix = std::move(prefix), after = std::move(after), limit](MemoryBroker& peer) {
        // One more than asked for tells whether there are more.
        return peer.sink_->local_channels(prefix, after, limit + 1);
      },
      [limit, answer = std::move(answer)](auto parts) mutable {
        if (!parts.has_value()) return answer(std::unexpected(parts.error()));
        std::vector<ChannelCount> all;
        for (auto& part : *parts) std::ranges::move(part, std::back_inserter(all));
        std::ranges::sort(all, {}, &ChannelCount::channel);
        ChannelPage page;
        for (ChannelCount& count : all) {
          if (!page.channels.empty() && page.channels.back().channel == count.channel) {
            page.channels.back().subscribers += count.subscribers;
          } else if (page.channels.size() < limit) {
            page.channels.push_back(std::move(count));
          } else {
            page.next = page.channels.back().channel;
            break;
          }
        }
        answer(std::move(page));
      });
}

void MemoryBroker::channel(std::string channel, Answer<ChannelDetails> answer) {
  ask_all<ChannelDetails>(
      [channel = std::move(channel)](MemoryBroker& peer) {
        ChannelDetails details = peer.home_.details(channel);  // empty but at the home
        details.subscribers = peer.sink_->local_subscribers(channel);
        return details;
      },
      [answer = std::move(answer)](const auto& parts) mutable {
        if (!parts.has_value()) return answer(std::unexpected(parts.error()));
        ChannelDetails whole;
        for (const ChannelDetails& part : *parts) {
          whole.subscribers += part.subscribers;
          if (part.members.has_value()) whole.members = whole.members.value_or(0) + *part.members;
          if (part.position.epoch != 0) whole.position = part.position;
        }
        answer(whole);
      });
}

void MemoryBroker::tell_user(UserCommand command, Answer<std::monostate> answer) {
  if (command.kind != UserCommand::Kind::publish) {
    tell_all_loops(command, std::move(answer));
    return;
  }
  if (!can_take(~LoopSet{0})) {
    answer(std::unexpected(BrokerError::overloaded));
    return;
  }
  for (std::size_t loop = 0; loop < peers_.size(); ++loop) {
    run_on(loop, [command](MemoryBroker& peer) { peer.sink_->on_user_command(command); });
  }
  answer(std::monostate());
}

// A disconnect or a revocation is always taken, and answered when it holds on every loop.
void MemoryBroker::tell_all_loops(const UserCommand& command, Answer<std::monostate> answer) {
  struct Telling {
    std::size_t missing;
    Answer<std::monostate> answer;
  };
  // Shared by the answers only, which all come on this loop.
  auto telling = std::make_shared<Telling>(peers_.size(), std::move(answer));
  for (std::size_t loop = 0; loop < peers_.size(); ++loop) {
    ask_even_if_full<std::monostate>(
        loop,
        [command](MemoryBroker& peer) -> std::expected<std::monostate, BrokerError> {
          peer.sink_->on_user_command(command);
          return std::monostate();
        },
        [telling](auto /*told*/) {
          if (--telling->missing == 0) telling->answer(std::monostate());
        });
  }
}

void MemoryBroker::publish(LoopSet listeners, const SharedBytes& channel, Epoch epoch,
                           const Publication& publication) {
  for (std::size_t loop = 0; loop < peers_.size(); ++loop) {
    if ((listeners >> loop & 1) == 0) continue;
    if (loop == loop_) {
      sink_->on_publication(channel.view(), epoch, publication);
    } else {
      run_on(loop, [channel, epoch, publication](MemoryBroker& peer) {
        peer.sink_->on_publication(channel.view(), epoch, publication);
      });
    }
  }
}

void MemoryBroker::tell_presence(LoopSet listeners, const SharedBytes& channel,
                                 std::shared_ptr<const PresenceChange> change) {
  for (std::size_t loop = 0; loop < peers_.size(); ++loop) {
    if ((listeners >> loop & 1) == 0) continue;
    run_on(loop, [channel, change](MemoryBroker& peer) {
      peer.sink_->on_presence(channel.view(), change);
    });
  }
}

bool MemoryBroker::can_take(LoopSet listeners) const {
  for (std::size_t loop = 0; loop < peers_.size(); ++loop) {
    if (loop != loop_ && (listeners >> loop & 1) != 0 && courier_.full(loop)) return false;
  }
  return true;
}

void MemoryBroker::tell_changes_at(TimePoint when, std::string channel) {
  courier_.call_at(
      when, [this, channel = std::move(channel)] { home_.tell_changes(channel, courier_.now()); });
}

}  // namespace river::broker
