// Whether a file is an LMDB state that can be read without harm: data format 1 of LMDB 0.9.
#include "channel/lmdb_check.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"

namespace ws::channel::lmdb {

namespace {

constexpr size_t kPageHeader = 16;
constexpr size_t kNodeHeader = 8;
constexpr unsigned kDeepest = 32;
constexpr uint64_t kNoPage = UINT64_MAX;

enum PageFlag : uint16_t {
  kBranch = 0x01,
  kLeaf = 0x02,
  kOverflow = 0x04,
  kMeta = 0x08,
  kFixedLeaf = 0x20,
  kSubPage = 0x40
};
enum NodeFlag : uint16_t { kBigData = 0x01, kSubTree = 0x02, kDuplicates = 0x04 };

struct PageHeader {
  uint64_t number;
  uint16_t key_size;  // of a kFixedLeaf
  uint16_t flags;
  uint16_t lower;
  uint16_t upper;
};

struct Node {
  uint16_t low;
  uint16_t high;
  uint16_t flags;
  uint16_t key_size;
};

struct Tree {
  uint32_t page_size;  // of the first tree
  uint16_t flags;
  uint16_t depth;
  uint64_t branch_pages;
  uint64_t leaf_pages;
  uint64_t overflow_pages;
  uint64_t entries;
  uint64_t root;
};

struct Meta {
  uint32_t magic;
  uint32_t version;
  uint64_t address;
  uint64_t map_size;
  Tree free_pages;
  Tree main;
  uint64_t last_page;
  uint64_t transaction;
};

template <class Part>
bool part_of(std::string_view bytes, size_t at, Part& part) noexcept {
  if (at > bytes.size() || bytes.size() - at < sizeof part) return false;
  std::memcpy(&part, bytes.data() + at, sizeof part);
  return true;
}

class Check {
 public:
  Check(int file, size_t page_size, uint64_t last_page)
      : file_(file), page_size_(page_size), is_used_(last_page + 1) {
    is_used_[0] = is_used_[1] = true;
  }

  // The pages of a tree; with `free_` set, of the one that lists the free pages.
  bool walk(uint64_t root, bool lists_free_pages) {
    is_free_list_ = lists_free_pages;
    return root == kNoPage || walk_page(root, kDeepest);
  }

 private:
  bool take(uint64_t page, uint64_t count = 1) {
    if (page >= is_used_.size() || count > is_used_.size() - page) return false;
    for (uint64_t i = page; i < page + count; ++i) {
      if (is_used_[i]) return false;
      is_used_[i] = true;
    }
    return true;
  }

  bool read_page(uint64_t page, std::string& bytes, size_t size) const {
    bytes.resize(size);
    return pread(file_, bytes.data(), size, static_cast<off_t>(page * page_size_)) ==
           static_cast<ssize_t>(size);
  }

  bool walk_page(uint64_t page, unsigned depth) {
    std::string bytes;
    PageHeader header{};
    return depth > 0 && take(page) && read_page(page, bytes, page_size_) &&
           part_of(bytes, 0, header) && header.number == page && walk_nodes(bytes, header, depth);
  }

  bool walk_nodes(std::string_view page, const PageHeader& header, unsigned depth) {
    const bool is_branch = (header.flags & kBranch) != 0;
    if (is_branch == ((header.flags & kLeaf) != 0)) return false;
    if (header.lower < kPageHeader || header.lower > page.size()) return false;
    const size_t count = (header.lower - kPageHeader) / 2;
    if ((header.flags & kFixedLeaf) != 0)
      return kPageHeader + count * header.key_size <= page.size();
    if (header.lower > header.upper || header.upper > page.size()) return false;
    if (is_branch && count < 2) return false;
    for (size_t i = 0; i < count; ++i) {
      uint16_t at = 0;
      Node node{};
      if (!part_of(page, kPageHeader + 2 * i, at) || at < header.upper || !part_of(page, at, node))
        return false;
      const size_t key_end = at + kNodeHeader + node.key_size;
      if (key_end > page.size()) return false;
      if (is_branch) {
        const uint64_t child = node.low | uint64_t{node.high} << 16 | uint64_t{node.flags} << 32;
        if (!walk_page(child, depth - 1)) return false;
      } else if (!walk_leaf(page.substr(key_end), node, depth)) {
        return false;
      }
    }
    return true;
  }

  // data: from the node's data to the page's end.
  bool walk_leaf(std::string_view data, const Node& node, unsigned depth) {
    const uint64_t size = node.low | uint64_t{node.high} << 16;
    if ((node.flags & kBigData) != 0) return walk_overflow(data, size);
    if (size > data.size()) return false;
    data = data.substr(0, size);
    if ((node.flags & kSubTree) != 0) {
      Tree tree{};
      return depth > 1 && part_of(data, 0, tree) &&
             (tree.root == kNoPage || walk_page(tree.root, depth - 1));
    }
    if ((node.flags & kDuplicates) != 0) {
      PageHeader header{};
      return part_of(data, 0, header) && (header.flags & kBranch) == 0 && depth > 1 &&
             walk_nodes(data, header, 1);
    }
    return !is_free_list_ || take_free(data);
  }

  bool walk_overflow(std::string_view data, uint64_t size) {
    uint64_t page = 0;
    std::string bytes;
    PageHeader header{};
    if (!part_of(data, 0, page) || page >= is_used_.size()) return false;
    const uint64_t pages = (kPageHeader - 1 + size) / page_size_ + 1;
    if (!take(page, pages)) return false;
    const size_t needed = is_free_list_ ? kPageHeader + size : kPageHeader;
    if (!read_page(page, bytes, needed) || !part_of(bytes, 0, header)) return false;
    const uint64_t stated = header.lower | uint64_t{header.upper} << 16;
    if (header.number != page || (header.flags & kOverflow) == 0 || stated != pages) return false;
    return !is_free_list_ || take_free(std::string_view(bytes).substr(kPageHeader));
  }

  // A count and so many page numbers, the largest first.
  bool take_free(std::string_view list) {
    uint64_t count = 0;
    if (!part_of(list, 0, count) || count > list.size() / 8 - 1) return false;
    uint64_t before = UINT64_MAX;
    for (uint64_t i = 1; i <= count; ++i) {
      uint64_t page = 0;
      if (!part_of(list, 8 * i, page) || page >= before || !take(page)) return false;
      before = page;
    }
    return true;
  }

  const int file_;
  const size_t page_size_;
  std::vector<bool> is_used_;
  bool is_free_list_ = false;
};

bool read_meta(int file, off_t at, Meta& meta) noexcept {
  char bytes[kPageHeader + sizeof meta];
  PageHeader header{};
  if (pread(file, bytes, sizeof bytes, at) != static_cast<ssize_t>(sizeof bytes)) return false;
  const std::string_view page(bytes, sizeof bytes);
  return part_of(page, 0, header) && (header.flags & kMeta) != 0 &&
         part_of(page, kPageHeader, meta) && meta.magic == 0xBEEFC0DE && meta.version == 1;
}

}  // namespace

std::string find_damage(const std::string& path) {
  if (sizeof(size_t) != 8 || std::endian::native != std::endian::little) return {};
  const base::UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return errno == ENOENT ? std::string() : std::string(std::strerror(errno));
  struct stat facts {};
  if (fstat(file.get(), &facts) != 0) return std::strerror(errno);
  if (facts.st_size == 0) return {};
  const auto page_size = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  Meta meta{};
  Meta second{};
  if (!read_meta(file.get(), 0, meta) ||
      !read_meta(file.get(), static_cast<off_t>(page_size), second))
    return "it is damaged: no LMDB file";
  if (second.transaction > meta.transaction) meta = second;
  if (meta.free_pages.page_size != page_size) return "it has another page size";
  if (meta.last_page < 1 || meta.last_page >= uint64_t{1} << 47 ||
      static_cast<uint64_t>(facts.st_size) / page_size < meta.last_page + 1)
    return "it is damaged: it was cut";
  Check check(file.get(), page_size, meta.last_page);
  if (!check.walk(meta.main.root, false)) return "it is damaged: its tables";
  if (!check.walk(meta.free_pages.root, true)) return "it is damaged: its free pages";
  return {};
}

}  // namespace ws::channel::lmdb
