//===- OlderLibrary.cpp - the C library as an older one -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A link binds a name to the definition whose version is not marked as hidden
// (.gnu.version, one number per dynamic symbol). Moving these marks is all.
//===----------------------------------------------------------------------===//
#include "OlderLibrary.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/Object/ELF.h"
#include "llvm/Object/ELFTypes.h"

#include <map>
#include <optional>

using namespace llvm;
using namespace llmc;
using Elf = object::ELFFile<object::ELF64LE>;

namespace {

/// What the edit needs of a library, as places in its bytes.
struct Tables {
  Elf::Elf_Sym_Range symbols;
  StringRef names;
  size_t versionsOffset = 0;     // of one uint16 per symbol
  std::map<unsigned, int> ageOf; // of a version, by its index
};

} // namespace

/// The age of "GLIBC_2.n" or "GLIBC_2.n.m", to compare; nothing for
/// GLIBC_PRIVATE and the like.
static std::optional<int> parseAge(StringRef version) {
  if (!version.consume_front("GLIBC_2."))
    return std::nullopt;
  auto [minorText, patchText] = version.split('.');
  unsigned minor, patch = 0;
  if (minorText.getAsInteger(10, minor) || minor > 999 ||
      (!patchText.empty() && patchText.getAsInteger(10, patch)) || patch > 99)
    return std::nullopt;
  return int(minor * 100 + patch);
}

static Error damaged() {
  return createStringError("the system's C library has no symbol versions that "
                           "can be read");
}

/// The defined versions by their index.
static Error readDefinitions(const Elf &elf, const Elf::Elf_Shdr &section,
                             Tables &tables) {
  auto bytes = elf.getSectionContents(section);
  auto link = elf.getSection(section.sh_link);
  if (!bytes || !link)
    return joinErrors(bytes.takeError(), link.takeError());
  auto names = elf.getStringTable(**link);
  if (!names)
    return names.takeError();
  using Verdef = Elf::Elf_Verdef;
  using Verdaux = Elf::Elf_Verdaux;
  for (size_t at = 0; at + sizeof(Verdef) <= bytes->size();) {
    auto *definition = reinterpret_cast<const Verdef *>(bytes->data() + at);
    size_t nameAt = at + definition->vd_aux;
    if (nameAt + sizeof(Verdaux) > bytes->size())
      return damaged();
    auto *name = reinterpret_cast<const Verdaux *>(bytes->data() + nameAt);
    if (name->vda_name >= names->size())
      return damaged();
    StringRef text(names->data() + name->vda_name);
    if (auto age = parseAge(text))
      tables.ageOf[definition->vd_ndx] = *age;
    if (!definition->vd_next)
      break;
    at += definition->vd_next;
  }
  return Error::success();
}

static Expected<Tables> readTables(const Elf &elf) {
  auto sections = elf.sections();
  if (!sections)
    return sections.takeError();
  Tables tables;
  size_t versions = 0;
  for (const Elf::Elf_Shdr &section : *sections) {
    if (section.sh_type == ELF::SHT_DYNSYM) {
      auto symbols = elf.symbols(&section);
      auto names = elf.getStringTableForSymtab(section);
      if (!symbols || !names)
        return joinErrors(symbols.takeError(), names.takeError());
      tables.symbols = *symbols;
      tables.names = *names;
    } else if (section.sh_type == ELF::SHT_GNU_versym) {
      tables.versionsOffset = section.sh_offset;
      versions = section.sh_size / 2;
    } else if (section.sh_type == ELF::SHT_GNU_verdef) {
      if (Error error = readDefinitions(elf, section, tables))
        return std::move(error);
    }
  }
  if (tables.ageOf.empty() || versions < tables.symbols.size() ||
      tables.versionsOffset + versions * 2 > elf.getBufSize())
    return damaged();
  return tables;
}

Expected<std::string> llmc::makeOlderLibrary(StringRef bytes, unsigned minor) {
  auto elf = Elf::create(bytes);
  if (!elf)
    return elf.takeError();
  auto tables = readTables(*elf);
  if (!tables)
    return tables.takeError();
  std::string copy = bytes.str();
  char *versions = copy.data() + tables->versionsOffset;
  // By name: the symbol whose version is the newest that is old enough.
  StringMap<std::pair<size_t, int>> best;
  for (auto [index, symbol] : enumerate(tables->symbols)) {
    unsigned version =
        support::endian::read16le(versions + 2 * index) & ELF::VERSYM_VERSION;
    auto known = tables->ageOf.find(version);
    if (symbol.isUndefined() || known == tables->ageOf.end())
      continue; // not this library's, or of no public version
    support::endian::write16le(versions + 2 * index,
                               uint16_t(version | ELF::VERSYM_HIDDEN));
    auto name = symbol.getName(tables->names);
    if (!name)
      return name.takeError();
    if (known->second > int(minor * 100 + 99))
      continue;
    auto [place, isNew] = best.try_emplace(*name, index, known->second);
    if (!isNew && place->second.second < known->second)
      place->second = {index, known->second};
  }
  for (const auto &entry : best) {
    char *place = versions + 2 * entry.second.first;
    support::endian::write16le(place, support::endian::read16le(place) &
                                          uint16_t(ELF::VERSYM_VERSION));
  }
  return copy;
}
