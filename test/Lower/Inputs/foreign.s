# One function per way to leave an instruction set.
"evex.avx2":
  vpaddd %zmm0, %zmm1, %zmm2
"opmask.avx2":
  vpaddd %ymm0, %ymm1, %ymm2 {%k1}
"high.avx2":
  vaddps %xmm17, %xmm1, %xmm2
"vnni.avx2":
  {vex} vpdpbusd %ymm0, %ymm1, %ymm2
"evex.avx-vnni":
  {evex} vpdpbusd %ymm0, %ymm1, %ymm2
"vex.avx512-vnni":
  {vex} vpdpbusd %ymm0, %ymm1, %ymm2
"amx.avx2":
  tdpbssd %tmm0, %tmm1, %tmm2
"bf16.avx512-vnni":
  vdpbf16ps %zmm0, %zmm1, %zmm2
"vex.avx512-bf16":
  {vex} vcvtneps2bf16 %ymm0, %xmm1
"fp16.avx512-bf16":
  vaddph %zmm0, %zmm1, %zmm2
"fp16.avx512-vnni":
  vaddph %zmm0, %zmm1, %zmm2
"fp16convert.avx512-vnni":
  vcvtph2psx %ymm0, %zmm2
"amx.avx512-bf16":
  tileloadd (%rax,%rbx), %tmm0
"complex.amx":
  tcmmimfp16ps %tmm0, %tmm1, %tmm2
"vbmi.avx512-vnni":
  vpermb %zmm0, %zmm1, %zmm2
"signed.avx2":
  vpdpbssd %ymm0, %ymm1, %ymm2
"plain":
  ret
"fine.avx2":
  vcvtph2ps %xmm0, %ymm1
  vcvtps2ph $0, %ymm0, %xmm1
  vpermps %ymm0, %ymm1, %ymm2
  vpshufb %ymm0, %ymm1, %ymm2
  vpsllvd %ymm0, %ymm1, %ymm2
  vpermilps $1, %ymm0, %ymm1
"fine.avx-vnni":
  {vex} vpdpbusd %ymm0, %ymm1, %ymm2
"fine.amx":
  vdpbf16ps %zmm0, %zmm1, %zmm2
  ldtilecfg (%rsp)
  tileloadd (%rax,%rbx), %tmm0
  tilezero %tmm2
  tdpbsud %tmm0, %tmm1, %tmm2
  tilestored %tmm2, (%rax,%rbx)
  tilerelease
"fine.avx512-bf16":
  vpdpbusd %zmm0, %zmm1, %zmm2
  vdpbf16ps %zmm0, %zmm1, %zmm2
  vcvtne2ps2bf16 %zmm0, %zmm1, %zmm2
"fine.avx512-vnni":
  vpdpbusd %zmm0, %zmm1, %zmm2
  vcvtph2ps %ymm0, %zmm1
  vpermt2d %zmm0, %zmm1, %zmm2
  vpermi2w %zmm0, %zmm1, %zmm2
  vpshufb %zmm0, %zmm1, %zmm2
  vinserti64x4 $1, %ymm0, %zmm1, %zmm2
