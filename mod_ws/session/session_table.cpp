// The sessions of one loop by number.
#include "session/session_table.h"

#include "session/session.h"

namespace ws::session {

namespace {

constexpr uint32_t kGenerationMask = (1u << 24) - 1;

constexpr size_t index_of(SessionId id) noexcept { return (id >> 24) & 0xfffff; }
constexpr uint32_t generation_of(SessionId id) noexcept {
  return static_cast<uint32_t>(id) & kGenerationMask;
}

}  // namespace

SessionTable::SessionTable(net::EventLoop& loop, uint16_t process, unsigned loop_index,
                           SeatCounter* seats)
    : loop_(loop), prefix_(SessionId{process} << 48 | SessionId{loop_index} << 44), seats_(seats) {}

SessionTable::~SessionTable() {
  for (size_t i = 0; i < chunk_count_; ++i) delete chunks_[i].load(std::memory_order_relaxed);
}

SessionTable::Slot* SessionTable::slot_of(SessionId id) const noexcept {
  if (id >> 44 != prefix_ >> 44) return nullptr;
  Chunk* const chunk = chunks_[index_of(id) / kChunkSize].load(std::memory_order_acquire);
  return chunk ? &(*chunk)[index_of(id) % kChunkSize] : nullptr;
}

bool SessionTable::is_alive(SessionId id) const noexcept {
  const Slot* const slot = slot_of(id);
  return slot && (id & 1) && slot->generation.load(std::memory_order_acquire) == generation_of(id);
}

Session* SessionTable::find(SessionId id) const noexcept {
  const Slot* const slot = slot_of(id);
  if (!slot || slot->generation.load(std::memory_order_relaxed) != generation_of(id))
    return nullptr;
  return slot->session;
}

void SessionTable::keep(uint32_t index, ServerSeats seats) {
  const size_t chunk = index / kChunkSize;
  if (server_seats_.size() <= chunk) server_seats_.resize(chunk + 1);
  if (!server_seats_[chunk])
    server_seats_[chunk] = std::make_unique<std::array<ServerSeats, kChunkSize>>();
  (*server_seats_[chunk])[index % kChunkSize] = std::move(seats);
}

void SessionTable::give_back_seats(uint32_t index) noexcept {
  const size_t chunk = index / kChunkSize;
  if (chunk < server_seats_.size() && server_seats_[chunk])
    const ServerSeats ending = std::move((*server_seats_[chunk])[index % kChunkSize]);
}

SessionId SessionTable::insert(Session& session, Seat seat, ServerSeats server_seats) {
  if (free_.empty()) {
    if (chunk_count_ == kMaxChunks) return 0;
    auto chunk = std::make_unique<Chunk>();
    for (size_t i = 0; i < kChunkSize; ++i) {
      (*chunk)[i].index = static_cast<uint32_t>(chunk_count_ * kChunkSize + i);
      free_.push_back((*chunk)[i].index);
    }
    chunks_[chunk_count_++].store(chunk.release(), std::memory_order_release);
  }
  const uint32_t index = free_.front();
  if (server_seats) keep(index, std::move(server_seats));
  free_.pop_front();
  Slot& slot = (*chunks_[index / kChunkSize].load(std::memory_order_relaxed))[index % kChunkSize];
  slot.session = &session;
  const uint32_t generation =
      (slot.generation.load(std::memory_order_relaxed) + 1) & kGenerationMask;
  slot.generation.store(generation, std::memory_order_release);
  size_.fetch_add(1, std::memory_order_relaxed);
  if (seats_ && !seat) seats_->add();
  seat.keep();
  return prefix_ | SessionId{index} << 24 | generation;
}

void SessionTable::erase(SessionId id) noexcept {
  Slot* const slot = slot_of(id);
  if (!slot || !find(id)) return;
  slot->session = nullptr;
  slot->generation.store((generation_of(id) + 1) & kGenerationMask, std::memory_order_release);
  free_.push_back(slot->index);
  give_back_seats(slot->index);
  size_.fetch_sub(1, std::memory_order_relaxed);
  if (seats_) seats_->give_back();
}

void SessionTable::for_each(const std::function<void(Session&)>& f) {
  for (size_t i = 0; i < chunk_count_; ++i)
    for (Slot& slot : *chunks_[i].load(std::memory_order_relaxed))
      if (slot.session) f(*slot.session);
}

std::unique_ptr<protocol::MessageAssembler> SessionTable::take_assembler() {
  return spare_ ? std::move(spare_) : std::make_unique<protocol::MessageAssembler>();
}

void SessionTable::give_back(std::unique_ptr<protocol::MessageAssembler> assembler) noexcept {
  if (!spare_) spare_ = std::move(assembler);
}

protocol::Inflater& SessionTable::inflater() {
  if (!inflater_) inflater_ = std::make_unique<protocol::Inflater>();
  return *inflater_;
}

void SessionTable::give_back(std::unique_ptr<protocol::Inflater> inflater) noexcept {
  if (!inflater_) inflater_ = std::move(inflater);
}

}  // namespace ws::session
