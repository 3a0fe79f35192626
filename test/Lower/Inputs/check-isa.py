#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Reads `llvm-objdump -d` of a compiled model and checks that every function of
a variant stays within its instruction set. The variant is in the symbol's name.

    check-isa.py DISASSEMBLY     exit 1 and one line per foreign instruction
"""
import re
import sys

# Beside AVX2, FMA, F16C, AVX-VNNI and AVX-512 F, BW, DQ, VL and VNNI, by mnemonic.
FOREIGN = {
    "AMX": r"tile|t[a-z]*dp|ldtilecfg|sttilecfg|tcmm|tcvt|tmm",
    "BMI, LZCNT, MOVBE": r"andn[lq]?$|bextr|bls(r|i|msk)|bzhi|mulx|pdep|pext[lq]?$|rorx|sarx|shlx|shrx|lzcnt|movbe",
    "CD": r"vpconflict|vplzcnt|vpbroadcastm",
    "BF16": r"vdpbf16|vcvtne.*bf16|.*(nepbf16|bf16)\b",
    "FP16": r"v(?!cvtph2ps\b|cvtps2ph\b)(?!p)[a-z0-9]*(?<=[a-z0-9])(ph|sh)\b|vcvt[a-z0-9]*2(ph|sh)[a-z0-9]+|vcvt(ph|sh)2(?!ps\b)[a-z0-9]+|vmovw",
    "IFMA": r"vpmadd52",
    "VBMI": r"vperm[it]?2?b\b|vpmultishiftqb",
    "VBMI2": r"vpsh[lr]d|vpcompress[bw]|vpexpand[bw]",
    "BITALG": r"vpopcnt[bw]|vpshufbitqmb",
    "VPOPCNTDQ": r"vpopcnt[dq]",
    "VP2INTERSECT": r"vp2intersect",
    "VNNI-INT": r"vpdp(b[us]+d(?!s?\b)|bssds?|bsuds?|buuds?|w)(?!.*ssd)",
    "GFNI": r"v?gf2p8",
    "AES, PCLMUL, SHA": r"v?aes|v?pclmul|sha\d|vsha|vsm[34]",
    "NE-CONVERT": r"vbcstne|vcvtneeb|vcvtneob",
    "ER, PF, 4FMAPS": r"vexp2p|vrcp28|vrsqrt28|v4f|vp4dp|v(gather|scatter)pf",
    "CMPCCXADD": r"cmp[a-z]+xadd",
}
FOREIGN = {name: re.compile(pattern) for name, pattern in FOREIGN.items()}
# VPDPBUSD and VPDPWSSD with their saturating forms are what VNNI means.
VNNI = re.compile(r"vpdp(busd|wssd)s?$")
# What AVX512-BF16 means; AVX-NE-CONVERT has one of them in its VEX encoding.
BF16 = re.compile(r"vdpbf16ps$|vcvtne2?ps2bf16$")
# What AMX-TILE, AMX-INT8 and AMX-BF16 mean.
AMX = re.compile(r"tile(loadd|stored|zero|release)$|ldtilecfg$|tdpb(ss|su|us|uu)d$|tdpbf16ps$")
# Of each variant what it has beside what all have.
OWN = {"avx2": [], "avx-vnni": [], "avx512-vnni": [], "avx512-bf16": [BF16], "amx": [BF16, AMX]}
PREFIXES = {"66", "67", "f2", "f3", "f0", "2e", "36", "3e", "26", "64", "65"}
FUNCTION = re.compile(r"^[0-9a-f]+ <(.+)>:$")
INSTRUCTION = re.compile(r"^\s*[0-9a-f]+:\s+((?:[0-9a-f]{2} )+)\s*(\S.*)$")


def first_opcode(encoding):
    """The first byte that is no legacy prefix: 62 opens an EVEX instruction."""
    return next((byte for byte in encoding if byte not in PREFIXES), "")


def mnemonic_of(text):
    words = [w for w in text.split() if w not in ("{evex}", "{vex}", "lock", "rep", "repne", "notrack", "data16")]
    return words[0] if words else ""


def complaint(variant, encoding, text):
    """Why the instruction is outside the variant's instruction set, or None."""
    opcode, mnemonic = first_opcode(encoding), mnemonic_of(text)
    if opcode == "d5":
        return "APX"
    own = VNNI.match(mnemonic) or any(pattern.match(mnemonic) for pattern in OWN[variant])
    for name, pattern in FOREIGN.items():
        if not own and pattern.match(mnemonic):
            return name
    if variant in ("avx2", "avx-vnni"):
        if opcode == "62":
            return "EVEX encoding"
        if variant == "avx2" and VNNI.match(mnemonic):
            return "VNNI"
        if re.search(r"%zmm|%[xy]mm(1[6-9]|2\d|3[01])|%k[0-7]\b", text):
            return "AVX-512 register"
    elif VNNI.match(mnemonic) and opcode != "62":
        return "AVX-VNNI: its VEX encoding is another CPU feature"
    elif BF16.match(mnemonic) and opcode != "62":
        return "NE-CONVERT: its VEX encoding is another CPU feature"
    return None


def main():
    counts, complaints, variant, function = {}, [], None, ""
    for line in open(sys.argv[1]):
        start = FUNCTION.match(line)
        if start:
            function = start.group(1)
            variant = next((v for v in OWN if function.endswith("." + v)), None)
            if variant is None:
                complaints.append(f"{function}: a function of no variant")
            continue
        instruction = INSTRUCTION.match(line)
        if not instruction or variant is None:
            continue
        counts[variant] = counts.get(variant, 0) + 1
        encoding, text = instruction.group(1).split(), instruction.group(2)
        why = complaint(variant, encoding, text)
        if why:
            complaints.append(f"{function}: {why}: {text}")
    for text in complaints:
        print(text)
    for variant, count in sorted(counts.items()):
        print(f"{variant}: {count} instructions")
    return 1 if complaints or not counts else 0


sys.exit(main())
