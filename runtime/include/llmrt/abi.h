/*===- abi.h - every layout that compiler and runtime share ------------------===
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The compiler emits code that reads these structures, and writes files that
 * the runtime maps. Both include this header; nothing else is agreed between
 * them. Plain C, little endian, 64 bits.
 *===----------------------------------------------------------------------===*/
#ifndef LLMRT_ABI_H
#define LLMRT_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#define LLMRT_STATIC_ASSERT static_assert
#else
#define LLMRT_STATIC_ASSERT _Static_assert
#endif

/* Raised whenever a layout below changes. */
#define LLMRT_ABI_VERSION 10

/* Cache slots per page: wide enough that decode attention reads at memory speed. */
#define LLMRT_PAGE_TOKENS 64

/* Position stored in an empty cache slot: after every query, so never attended. */
#define LLMRT_EMPTY_POSITION INT32_MAX

/*===----------------------------------------------------------------------===
 * One step: T rows of any mix of sequences -> named results, logits of L rows
 * among them; then, where asked, a token of each of those rows
 *===----------------------------------------------------------------------===*/

/* What the rows of a range are. */
enum {
  LLMRT_PHASE_PROMPT = 0,
  LLMRT_PHASE_GENERATED = 1,
  LLMRT_PHASE_SPECULATIVE =
      2, /* reserved: rows that form a tree by `parents` */
};

/* The rows of one sequence in a step. */
typedef struct LlmrtRange {
  int32_t sequence; /* row of the block tables */
  int32_t firstRow;
  int32_t rows;  /* at least 1 */
  int32_t phase; /* LLMRT_PHASE_* */
} LlmrtRange;

/* How the token of one row of logits is chosen: the parameters of llm.sample
 * (docs/llm-dialect.md says what they mean and in which order they apply). */
typedef struct LlmrtSampling {
  float temperature;     /* >= 0 and finite; 0: the largest logit */
  int32_t topK;          /* >= 0; 0: all */
  float topP;            /* 0 < topP <= 1; 1: all */
  float minP;            /* 0 <= minP <= 1; 0: all */
  float penalty;         /* > 0 and finite; of recent tokens */
  int32_t recentCount;   /* 0: nothing is penalised */
  const int32_t *recent; /* [recentCount], 0 <= id < vocabulary, may repeat */
  double uniform;        /* 0 <= uniform < 1, makes the choice */
} LlmrtSampling;

/* The pages of one cache: of the layers that see equally far back. */
typedef struct LlmrtCache {
  uint8_t *kv; /* page p at kv + p * bytesPerPage, 64-byte aligned */
  const int32_t *slotPositions; /* [pages, LLMRT_PAGE_TOKENS] */
  const int32_t *blockTable;    /* [S, blocksPerSequence], page of each block */
  int64_t pages;
} LlmrtCache;

/* What a step reads and writes. All pointers are owned by the caller.
 *
 * Rows of one sequence are contiguous and ascending in slot. A row's keys are
 * the occupied slots <= its own of its sequence, filtered by position; of two
 * slots the positions are at least as far apart as the slots. Before the step
 * the caller has assigned a page of every cache to every slot it names and has
 * stored the position of every row in slotPositions. In a cache with a window W
 * a row reads no block before that of slot (its own - W + 1). */
typedef struct LlmrtStep {
  const uint8_t *weights; /* weight section, 64-byte aligned */
  uint8_t *arena; /* rowCapacity * arenaBytesPerRow bytes, 64-byte aligned */
  const LlmrtCache *caches; /* [LlmrtModel.cacheCount] */
  uint8_t *scratch; /* workers * scratchBytesPerWorker bytes, 64-byte aligned;
                       of a device max(logitRowCount, rangeCount) times */
  void *const *results;     /* [resultCount] buffers, see LlmrtModel.results */
  const int32_t *tokens;    /* [T], 0 <= token < vocabulary */
  const int32_t *positions; /* [T], position in the sequence */
  const int32_t *slots;     /* [T], slot in the sequence's cache */
  const int32_t *sequences; /* [T], row of the block tables */
  const int32_t *parents;   /* [T], row that this one follows in a tree of
                                   speculated tokens; reserved: -1 */
  const int32_t *logitRows; /* [L], ascending rows of the batch */
  const LlmrtRange *ranges; /* [rangeCount], in the order of the rows */
  const LlmrtSampling *sampling; /* [L]; read by `sample` only */
  int64_t rows;                  /* T, 1 <= T <= rowCapacity */
  int64_t rowCapacity;           /* rows the arena was sized for */
  int64_t logitRowCount;         /* L <= T */
  int64_t rangeCount;            /* sequences in this step */
  int64_t promptRows;            /* rows of ranges of prompts */
  int64_t blocksPerSequence;     /* columns of every blockTable */
  void *barrier;                 /* given back to llmrt_barrier */
} LlmrtStep;

/* Runs one worker's share of a step. All workers call it with the same step,
 * workers = their number, worker = 0 .. workers-1. Results do not depend on
 * workers. */
typedef void (*LlmrtStepFn)(const LlmrtStep *step, int64_t worker,
                            int64_t workers);

/* Provided by the runtime, called by generated code between dependent kernels. */
void llmrt_barrier(void *barrier);
/* Provided by the runtime, called where a worker begins kernel number `kernel` of
 * the variant: where time is measured. */
void llmrt_enter(void *barrier, int64_t worker, int64_t kernel);
/* Provided by the runtime, called by a step for a device instead of a kernel: starts
 * `blocks` blocks (0: none) of kernel number `kernel` behind all that were started before, with
 * `argumentCount` arguments of 8 bytes, addresses of the device or numbers. */
void llmrt_launch(void *barrier, int64_t kernel, int64_t blocks,
                  const uint64_t *arguments, int64_t argumentCount);

/* How the elements of a result or of a tensor are stored. */
enum {
  LLMRT_ELEMENT_F32 = 1,
  LLMRT_ELEMENT_I32 = 2,
  LLMRT_ELEMENT_BOOL = 3, /* a byte, 0 or 1 */
  LLMRT_ELEMENT_I8 = 4,
  LLMRT_ELEMENT_I16 = 5,
  LLMRT_ELEMENT_I64 = 6,
  LLMRT_ELEMENT_F16 = 7,
  LLMRT_ELEMENT_BF16 = 8,
  LLMRT_ELEMENT_F64 = 9,
  LLMRT_ELEMENT_U8 = 10,
  LLMRT_ELEMENT_U16 = 11,
  LLMRT_ELEMENT_U32 = 12,
  LLMRT_ELEMENT_U64 = 13,
  /* Narrow ones, a byte each: integers in its low bits, extended to eight. */
  LLMRT_ELEMENT_I4 = 14,
  LLMRT_ELEMENT_U4 = 15,
  LLMRT_ELEMENT_I2 = 16,
  LLMRT_ELEMENT_U2 = 17,
  LLMRT_ELEMENT_F8E4M3FN = 18,
  LLMRT_ELEMENT_F8E4M3FNUZ = 19,
  LLMRT_ELEMENT_F8E5M2 = 20,
  LLMRT_ELEMENT_F8E5M2FNUZ = 21,
  LLMRT_ELEMENT_F8E8M0FNU = 22,
  LLMRT_ELEMENT_F6E2M3FN = 23,
  LLMRT_ELEMENT_F6E3M2FN = 24,
  LLMRT_ELEMENT_F4E2M1FN = 25,
};

/*===----------------------------------------------------------------------===
 * One call of a function program: tensors -> tensors, nothing kept between
 *===----------------------------------------------------------------------===*/

/* A tensor that a function takes or gives; its elements lie in row-major order. */
typedef struct LlmrtTensor {
  const char *name;
  const int64_t *sizes;       /* [rank], -1: known only when it is called */
  const char *const *symbols; /* [rank], the name of a size that is not known:
                                 the same name is the same number; "": none */
  uint32_t elementType;       /* LLMRT_ELEMENT_* */
  uint32_t rank;
} LlmrtTensor;

/* The sizes of a call: from those of all inputs, one input behind the other, those
 * of all outputs. Returns the bytes of the workspace of so many workers, INT64_MAX
 * where no machine has as many, -1 where the inputs do not fit one another. Each size
 * is at least 0 and at most INT32_MAX. */
typedef int64_t (*LlmrtSizesFn)(const int64_t *inputSizes, int64_t *outputSizes,
                                int64_t workers);

/* What a call reads and writes. All pointers are owned by the caller. */
typedef struct LlmrtCall {
  const uint8_t *weights; /* weight section, 64-byte aligned */
  uint8_t *workspace; /* the bytes that the sizes ask for, 64-byte aligned */
  const void *const *inputs; /* [inputCount], aligned to their elements */
  void *const *outputs;      /* [outputCount], as well */
  const int64_t *sizes;      /* of all inputs, one behind the other */
  void *barrier;             /* given back to llmrt_barrier */
} LlmrtCall;

/* Runs one worker's share of a call, as LlmrtStepFn does of a step. */
typedef void (*LlmrtCallFn)(const LlmrtCall *call, int64_t worker,
                            int64_t workers);

/* What a function program takes and gives. */
typedef struct LlmrtSignature {
  const LlmrtTensor *inputs;
  const LlmrtTensor *outputs;
  int64_t inputCount;
  int64_t outputCount;
  LlmrtSizesFn sizes;
} LlmrtSignature;

/*===----------------------------------------------------------------------===
 * The compiled model: one constant symbol in the generated object
 *===----------------------------------------------------------------------===*/

/* CPU features, as bits of LlmrtVariant.features. */
enum {
  LLMRT_CPU_AVX2 = 1u << 0,   /* with FMA and F16C */
  LLMRT_CPU_AVX512 = 1u << 1, /* F, BW, DQ, VL */
  LLMRT_CPU_AVX512_VNNI = 1u << 2,
  LLMRT_CPU_AVX_VNNI = 1u << 3, /* 256 bits, VEX */
  LLMRT_CPU_AVX512_BF16 = 1u << 4,
  LLMRT_CPU_AMX = 1u << 5, /* TILE, INT8, BF16 */
};

/* A kernel of the step: what one call of it reads, writes and computes. Bytes are
 * those of weights, activations and cache; operations are multiplications and
 * additions with weights and keys. */
typedef struct LlmrtKernel {
  const char *name;
  int64_t weightBytes; /* of every call */
  int64_t rowBytes;    /* per row */
  int64_t rowOps;
  int64_t keyBytes; /* per row and key that it may see */
  int64_t keyOps;
  int64_t mostKeys; /* that a row may see; 0: all */
  int64_t rows;     /* LLMRT_ROWS_*: which it computes */
  int64_t
      threads; /* of a block, on a device; its entry has the kernel's name */
  int64_t sharedBytes; /* of a block, beside what its code declares */
} LlmrtKernel;

/* What runs the kernels of a variant. */
enum {
  LLMRT_DEVICE_CPU = 0,
  LLMRT_DEVICE_CUDA = 1, /* an NVIDIA GPU, through the CUDA driver */
};

/* Of LlmrtVariant.features of a CUDA variant: nothing but this very compute
 * capability runs it (sm_90a); else later ones do as well. */
#define LLMRT_CUDA_EXACT (UINT64_C(1) << 32)
/* Kernels wait themselves for what was launched before them, so they may be started
 * before that ends (programmatic dependent launch). */
#define LLMRT_CUDA_DEPENDENT (UINT64_C(1) << 33)

/* One build of the step for an instruction set; best first in the table. That for a
 * device is host code: one worker runs it, pointers of the step but `results` and
 * `caches` themselves (not what they hold) and `barrier` are addresses of the device, and every kernel is
 * an llmrt_launch. */
typedef struct LlmrtVariant {
  const char *name;  /* for example "avx512-vnni", "sm_80" */
  uint64_t features; /* LLMRT_CPU_* that must all be present; of a CUDA variant
                        the compute capability, 80 is 8.0, and LLMRT_CUDA_* */
  LlmrtStepFn step;  /* all results but "tokens" */
  LlmrtStepFn
      sample;       /* "tokens" from "logits", after a barrier; null: the model
                         was compiled without */
  LlmrtCallFn call; /* of a function program, which has no step; else null */
  const LlmrtKernel
      *kernels; /* of the step, in the order of their first call */
  int64_t kernelCount;
  int64_t device; /* LLMRT_DEVICE_* */
  int64_t
      image; /* a device's code: of the sections LLMRT_SECTION_DEVICE the one
                     of this number, from 0 */
} LlmrtVariant;

/* Which rows a result has. */
enum {
  LLMRT_ROWS_BATCH = 0, /* T: one per row of the step */
  LLMRT_ROWS_ASKED = 1, /* L: one per entry of logitRows */
};

/* A result of the step; its rows lie one after the other. "logits" is the one
 * that every model has; "tokens", one id per row or -1 where the logits have no
 * distribution, comes from `sample`. */
typedef struct LlmrtResult {
  const char *name;
  int64_t columns;
  uint32_t elementType; /* LLMRT_ELEMENT_* */
  uint32_t rows;        /* LLMRT_ROWS_* */
} LlmrtResult;

/* A cache of the step, in the order of LlmrtStep.caches. */
typedef struct LlmrtCacheShape {
  int64_t bytesPerPage; /* all its layers and heads of one page of tokens */
  int64_t window;       /* the last positions that its layers see; 0: all */
} LlmrtCacheShape;

typedef struct LlmrtModel {
  uint32_t abiVersion; /* LLMRT_ABI_VERSION */
  uint32_t variantCount;
  const LlmrtVariant *variants;
  const LlmrtResult *results;
  int64_t resultCount;
  int64_t vocabulary;            /* columns of "logits" */
  int64_t arenaBytesPerRow;      /* activation bytes per row of capacity */
  int64_t scratchBytesPerWorker; /* a worker's own, a multiple of 64 */
  const LlmrtCacheShape *caches;
  int64_t cacheCount;
  int64_t contextLength; /* positions the model was made for */
  int64_t maxContext;    /* compiled limits and defaults of the contract: */
  int64_t maxBatch;      /*   sequences at once */
  int64_t rowsPerStep;   /*   rows of one step (prompt chunk) */
  int64_t weightBytes;   /* weight section */
  /* A function program: what it takes and gives. Then all numbers above but those
   * of variants and weights are 0. Null: a step program. */
  const LlmrtSignature *signature;
} LlmrtModel;

/* The symbol that the generated object defines. */
extern const LlmrtModel llmrt_model;

/*===----------------------------------------------------------------------===
 * The artifact: the last loaded segment of a program
 *
 *   ELF header, program headers, code, data    <- LLMRT_SECTION_CODE
 *   section headers, which nobody loads
 *   padding to LLMRT_SECTION_ALIGN
 *   LlmrtArtifact, one page    <- the segment (PT_LOAD, read only) begins
 *   section 0 bytes, padding, section 1 bytes, padding, ...
 *   LLMRT_ARTIFACT_END         <- the last bytes of the segment and of the file
 *
 * The loader maps it as it maps the code, so a program reads no file. Its
 * address is behind all others: whatever its size, code and data stay within
 * 32 bits of one another.
 *===----------------------------------------------------------------------===*/

#define LLMRT_SECTION_ALIGN 4096
#define LLMRT_MAX_SECTIONS 16
#define LLMRT_ARTIFACT_MAGIC "LLMRTART"
#define LLMRT_ARTIFACT_END "LLMRTEND"

/* What a section holds. */
enum {
  LLMRT_SECTION_WEIGHTS = 1,   /* packed weights, execution order */
  LLMRT_SECTION_TOKENIZER = 2, /* serializeTokenizer() of llmrt/Tokenizer.h */
  LLMRT_SECTION_INFO = 3,      /* JSON about the model, UTF-8 */
  /* Code of a device, PTX with a 0 behind it; one per device variant. */
  LLMRT_SECTION_DEVICE = 5,
  /* What else is loaded, see llmrt/ElfFile.h; last in the table, offset 0. */
  LLMRT_SECTION_CODE = 4,
};

typedef struct LlmrtSection {
  uint32_t kind;     /* LLMRT_SECTION_* */
  uint32_t reserved; /* 0 */
  uint64_t offset;   /* from the segment's start, LLMRT_SECTION_ALIGN aligned */
  uint64_t bytes;
  uint64_t checksum; /* XXH3 with 64 bits, see llmrt/Checksum.h */
} LlmrtSection;

typedef struct LlmrtArtifact {
  char magic[8];         /* LLMRT_ARTIFACT_MAGIC */
  uint32_t abiVersion;   /* LLMRT_ABI_VERSION */
  uint32_t sectionCount; /* 1 .. LLMRT_MAX_SECTIONS */
  uint64_t bytes;    /* of the segment: this page and LLMRT_ARTIFACT_END too */
  uint64_t checksum; /* of this page, with 0 here */
  LlmrtSection sections[LLMRT_MAX_SECTIONS];
  uint8_t unused[LLMRT_SECTION_ALIGN - 32 - LLMRT_MAX_SECTIONS * 32]; /* 0 */
} LlmrtArtifact;

/* The program's own. Zeros where it was linked by others than llmc. */
extern const LlmrtArtifact llmrt_artifact __attribute__((visibility("hidden")));

LLMRT_STATIC_ASSERT(sizeof(LlmrtRange) == 16, "range layout");
LLMRT_STATIC_ASSERT(sizeof(LlmrtSampling) == 40, "sampling layout");
LLMRT_STATIC_ASSERT(sizeof(LlmrtCache) == 32, "cache layout");
LLMRT_STATIC_ASSERT(sizeof(LlmrtStep) == 20 * 8, "step layout");
LLMRT_STATIC_ASSERT(sizeof(LlmrtTensor) == 32, "tensor layout");
LLMRT_STATIC_ASSERT(sizeof(LlmrtCall) == 48, "call layout");
LLMRT_STATIC_ASSERT(sizeof(LlmrtSignature) == 40, "signature layout");
LLMRT_STATIC_ASSERT(sizeof(LlmrtKernel) == 80, "kernel layout");
LLMRT_STATIC_ASSERT(sizeof(LlmrtVariant) == 72, "variant layout");
LLMRT_STATIC_ASSERT(sizeof(LlmrtResult) == 24, "result layout");
LLMRT_STATIC_ASSERT(sizeof(LlmrtCacheShape) == 16, "cache shape layout");
LLMRT_STATIC_ASSERT(sizeof(LlmrtModel) == 120, "model layout");
LLMRT_STATIC_ASSERT(sizeof(LlmrtSection) == 32, "section layout");
LLMRT_STATIC_ASSERT(sizeof(LlmrtArtifact) == LLMRT_SECTION_ALIGN,
                    "artifact layout");

#ifdef __cplusplus
}
#endif
#endif /* LLMRT_ABI_H */
