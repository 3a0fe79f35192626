//===- Modules.cpp - PTX is loaded, kernels are launched ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Device.h"

#include <algorithm>
#include <cstring>

using llmc::ptxsim::DeviceSettings;
using llmc::ptxsim::Error;
using llmc::ptxsim::LaunchOptions;
using llmc::ptxsim::Parameter;
using llmc::ptxsim::SimulatedDevice;
using namespace llmrt::cuda;
using llmc::ptxsim::entry;

/// Whether code for "sm_90a" runs on the device: an 'a' asks for exactly it.
static bool runsOn(const DeviceSettings &settings, const std::string &target) {
  size_t digits = target.find_first_of("0123456789");
  if (digits == std::string::npos)
    return false;
  int wanted = std::atoi(target.c_str() + digits);
  int have = settings.major * 10 + settings.minor;
  return target.ends_with('a') ? wanted == have : wanted <= have;
}

static void writeLog(unsigned count, JitOption *options, void **values,
                     const std::string &message) {
  char *buffer = nullptr;
  size_t size = 0;
  for (unsigned k = 0; k < count; ++k) {
    if (options[k] == JitErrorLogBuffer)
      buffer = static_cast<char *>(values[k]);
    if (options[k] == JitErrorLogBufferSizeBytes)
      size = size_t(reinterpret_cast<uintptr_t>(values[k]));
  }
  if (!buffer || !size)
    return;
  size_t length = std::min(message.size(), size - 1);
  std::memcpy(buffer, message.data(), length);
  buffer[length] = '\0';
}

static Result load(SimulatedDevice &device, Module *module, const void *image,
                   unsigned count, JitOption *options, void **values) {
  if (!module || !image)
    return InvalidValue;
  const char *text = static_cast<const char *>(image);
  if (!std::memcmp(text, "\177ELF", 4) ||
      !std::memcmp(text, "\x50\xed\x55\xba", 4))
    return device.complain(NoBinaryForGpu, "the simulator runs PTX; the image "
                                           "is a cubin or a fat binary");
  try {
    auto made = std::make_unique<ModuleObject>();
    made->module = std::make_unique<llmc::ptxsim::Module>(text, "module.ptx",
                                                          device.memory);
    const std::string &target = made->module->target();
    if (!runsOn(device.settings, target))
      return device.complain(
          NoBinaryForGpu, "the PTX is for " + target + ", the device is sm_" +
                              std::to_string(device.settings.major) +
                              std::to_string(device.settings.minor));
    device.modules.insert(made.get());
    *module = made.release();
    return Success;
  } catch (const Error &error) {
    writeLog(count, options, values, error.what());
    return device.complain(InvalidPtx, error.what());
  } catch (const std::bad_alloc &) {
    return device.complain(OutOfMemory, "the host has no memory left");
  }
}

LLMC_PTXSIM_EXPORT Result cuModuleLoadData(Module *module, const void *image) {
  return entry([&](SimulatedDevice &device) {
    return load(device, module, image, 0, nullptr, nullptr);
  });
}

LLMC_PTXSIM_EXPORT Result cuModuleLoadDataEx(Module *module, const void *image,
                                             unsigned optionCount,
                                             JitOption *options,
                                             void **values) {
  return entry([&](SimulatedDevice &device) {
    return load(device, module, image, optionCount, options, values);
  });
}

LLMC_PTXSIM_EXPORT Result cuModuleUnload(Module module) {
  return entry([&](SimulatedDevice &device) {
    if (!device.modules.erase(module))
      return InvalidHandle;
    delete module;
    return Success;
  });
}

LLMC_PTXSIM_EXPORT Result cuModuleGetFunction(Function *function, Module module,
                                              const char *name) {
  return entry([&](SimulatedDevice &device) {
    if (!device.modules.contains(module))
      return InvalidHandle;
    const llmc::ptxsim::Function *kernel = module->module->kernel(name);
    if (!kernel)
      return NotFound;
    std::unique_ptr<FunctionObject> &made = module->functions[name];
    if (!made)
      made = std::make_unique<FunctionObject>(FunctionObject{
          module, kernel, name,
          48 * 1024 - int(module->module->staticSharedBytes(*kernel))});
    *function = made.get();
    return Success;
  });
}

LLMC_PTXSIM_EXPORT Result cuModuleGetGlobal_v2(DevicePointer *pointer,
                                               size_t *bytes, Module module,
                                               const char *name) {
  return entry([&](SimulatedDevice &device) {
    if (!device.modules.contains(module))
      return InvalidHandle;
    auto found = module->module->variable(name);
    if (!found)
      return NotFound;
    if (pointer)
      *pointer = found->first;
    if (bytes)
      *bytes = found->second;
    return Success;
  });
}

LLMC_PTXSIM_EXPORT Result cuFuncGetAttribute(int *value,
                                             FunctionAttribute attribute,
                                             Function function) {
  return entry([&](SimulatedDevice &device) {
    const llmc::ptxsim::Module &module = *function->module->module;
    switch (attribute) {
    case FunctionMaxThreadsPerBlock:
      *value = int(module.maxThreads(*function->kernel));
      *value = *value ? *value : 1024;
      return Success;
    case FunctionSharedSizeBytes:
      *value = int(module.staticSharedBytes(*function->kernel));
      return Success;
    case FunctionLocalSizeBytes:
      *value = int(module.localBytes(*function->kernel));
      return Success;
    case FunctionMaxDynamicSharedSizeBytes:
      *value = function->maxDynamicShared;
      return Success;
    case FunctionConstSizeBytes:
    case FunctionNumRegisters: // ptxas chooses them
      *value = 0;
      return Success;
    case FunctionPtxVersion:
    case FunctionBinaryVersion:
      *value = device.settings.major * 10 + device.settings.minor;
      return Success;
    default:
      return InvalidValue;
    }
  });
}

LLMC_PTXSIM_EXPORT Result cuFuncSetAttribute(Function function,
                                             FunctionAttribute attribute,
                                             int value) {
  return entry([&](SimulatedDevice &device) {
    if (attribute == FunctionPreferredSharedMemoryCarveout)
      return Success;
    if (attribute != FunctionMaxDynamicSharedSizeBytes)
      return InvalidValue;
    int most = (device.settings.major >= 9 ? 227 : 163) * 1024;
    int fixed =
        int(function->module->module->staticSharedBytes(*function->kernel));
    if (value < 0 || value + fixed > most)
      return device.complain(
          InvalidValue, "kernel '" + function->name + "' asks for " +
                            std::to_string(value) + " + " +
                            std::to_string(fixed) +
                            " bytes of shared memory, a block has at most " +
                            std::to_string(most));
    function->maxDynamicShared = value;
    return Success;
  });
}

LLMC_PTXSIM_EXPORT Result cuOccupancyMaxActiveBlocksPerMultiprocessor(
    int *blocks, Function function, int blockSize, size_t dynamicSharedBytes) {
  return entry([&](SimulatedDevice &device) {
    if (blockSize < 1 || blockSize > 1024)
      return InvalidValue;
    // Registers are not known here: threads and shared memory decide.
    size_t shared =
        function->module->module->staticSharedBytes(*function->kernel) +
        dynamicSharedBytes + 1024;
    size_t all = size_t(device.settings.major >= 9 ? 228 : 164) * 1024;
    int whole = (blockSize + 31) / 32 * 32;
    *blocks = int(std::min<size_t>({32, size_t(2048 / whole), all / shared}));
    return Success;
  });
}

/// The bytes of all parameters, gathered from one pointer each or from a buffer.
static bool gather(const FunctionObject &function, void **parameters,
                   void **extra, std::vector<uint8_t> &bytes) {
  const llmc::ptxsim::Module &module = *function.module->module;
  bytes.assign(module.parameterBytes(*function.kernel), 0);
  if (parameters) {
    size_t k = 0;
    for (const Parameter &each : module.parameters(*function.kernel))
      std::memcpy(bytes.data() + each.offset, parameters[k++], each.sizeBytes);
    return true;
  }
  // Pairs: 1, the buffer; 2, its size; 0 ends them.
  for (; extra && *extra; extra += 2)
    if (*extra == reinterpret_cast<void *>(1))
      std::memcpy(bytes.data(), extra[1], bytes.size());
  return extra || bytes.empty();
}

static Result launch(SimulatedDevice &device, const LaunchConfig &config,
                     Function function, void **parameters, void **extra) {
  if (!function)
    return InvalidHandle;
  LaunchOptions options;
  options.grid = {config.gridDimX, config.gridDimY, config.gridDimZ};
  options.block = {config.blockDimX, config.blockDimY, config.blockDimZ};
  options.dynamicSharedBytes = config.sharedMemBytes;
  options.seed = device.settings.seed;
  options.races = device.settings.races;
  options.sharedBytesLimit = (device.settings.major >= 9 ? 227 : 163) * 1024;
  if (int64_t(config.sharedMemBytes) > function->maxDynamicShared)
    return device.complain(InvalidValue,
                           "kernel '" + function->name + "' is launched with " +
                               std::to_string(config.sharedMemBytes) +
                               " bytes of dynamic shared memory, allowed are " +
                               std::to_string(function->maxDynamicShared) +
                               " (cuFuncSetAttribute)");
  bool mayOverlap = false;
  for (unsigned k = 0; k < config.attributeCount; ++k) {
    const LaunchAttribute &attribute = config.attributes[k];
    if (attribute.id == AttributeCooperative && attribute.cooperative)
      options.residentBlocks = 0;
    if (attribute.id == AttributeProgrammaticStreamSerialization)
      mayOverlap = attribute.programmaticStreamSerializationAllowed;
    const auto &cluster = attribute.clusterDimension;
    if (attribute.id == AttributeClusterDimension &&
        (cluster.x > 1 || cluster.y > 1 || cluster.z > 1))
      return device.complain(NotSupported,
                             "clusters of several blocks are not simulated");
  }
  std::vector<uint8_t> bytes;
  if (!gather(*function, parameters, extra, bytes))
    return InvalidValue;
  return device.enqueue(config.stream, [=, &device, bytes = std::move(bytes)] {
    return device.launch(*function, options, mayOverlap, bytes);
  });
}

LLMC_PTXSIM_EXPORT Result cuLaunchKernelEx(const LaunchConfig *config,
                                           Function function, void **parameters,
                                           void **extra) {
  return entry([&](SimulatedDevice &device) {
    return config ? launch(device, *config, function, parameters, extra)
                  : InvalidValue;
  });
}

LLMC_PTXSIM_EXPORT Result cuLaunchKernel(Function function, unsigned gridX,
                                         unsigned gridY, unsigned gridZ,
                                         unsigned blockX, unsigned blockY,
                                         unsigned blockZ, unsigned sharedBytes,
                                         Stream stream, void **parameters,
                                         void **extra) {
  LaunchConfig config{gridX,  gridY,       gridZ,  blockX,  blockY,
                      blockZ, sharedBytes, stream, nullptr, 0};
  return cuLaunchKernelEx(&config, function, parameters, extra);
}
