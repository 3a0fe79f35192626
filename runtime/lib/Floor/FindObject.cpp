//===- FindObject.cpp - _dl_find_object for older C libraries -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// libgcc's unwinder asks glibc 2.35 where an address' unwind table is, and asks
// nobody else when it was built against one. Here the answer comes from
// dl_iterate_phdr, which every glibc has. It is slower by a lock and a walk over
// the loaded objects for each frame; programs throw on bad input only.
//===----------------------------------------------------------------------===//
#include <cstdint>
#include <link.h>

namespace {

/// glibc's struct dl_find_object, which its older headers do not have.
struct FoundObject {
  unsigned long long flags;
  void *mapStart;
  void *mapEnd;
  link_map *linkMap;
  void *ehFrame; // PT_GNU_EH_FRAME
  unsigned long long reserved[7];
};
static_assert(sizeof(FoundObject) == 96, "the layout of <dlfcn.h>");

struct Search {
  uintptr_t address;
  FoundObject *result;
};

int lookInto(dl_phdr_info *info, size_t, void *data) {
  auto &search = *static_cast<Search *>(data);
  uintptr_t begin = UINTPTR_MAX, end = 0, ehFrame = 0;
  bool found = false;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr) &header = info->dlpi_phdr[i];
    uintptr_t at = info->dlpi_addr + header.p_vaddr;
    if (header.p_type == PT_GNU_EH_FRAME)
      ehFrame = at;
    if (header.p_type != PT_LOAD)
      continue;
    begin = at < begin ? at : begin;
    end = at + header.p_memsz > end ? at + header.p_memsz : end;
    found |= search.address >= at && search.address - at < header.p_memsz;
  }
  if (!found || !ehFrame)
    return 0;
  FoundObject &result = *search.result;
  result = {};
  result.mapStart = reinterpret_cast<void *>(begin);
  result.mapEnd = reinterpret_cast<void *>(end);
  result.ehFrame = reinterpret_cast<void *>(ehFrame);
  return 1;
}

} // namespace

// Under a name of its own: newer headers declare the other with their struct.
extern "C" __attribute__((visibility("hidden"))) int
findObject(void *address, FoundObject *result) __asm__("_dl_find_object");

/// 0 and the object that holds the address, or -1.
int findObject(void *address, FoundObject *result) {
  Search search = {reinterpret_cast<uintptr_t>(address), result};
  return dl_iterate_phdr(lookInto, &search) == 1 ? 0 : -1;
}
