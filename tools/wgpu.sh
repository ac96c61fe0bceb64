#!/usr/bin/env bash
# The encoder's tests on wgpu, by a Vulkan driver that needs no graphics card: Mesa's lavapipe.
#
#     bash tools/wgpu.sh
#
# Installs Debian's mesa-vulkan-drivers where there is no Vulkan driver and we may; else says what to install.
set -euo pipefail
cd "$(dirname "$0")/.."

drivers() {
  find /usr/share/vulkan/icd.d /etc/vulkan/icd.d -name '*.json' 2> /dev/null
}

if [ -z "$(drivers)" ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends mesa-vulkan-drivers > /dev/null
  else
    echo "no Vulkan driver: install one, on Debian with apt-get install mesa-vulkan-drivers" >&2
    exit 1
  fi
fi
# The software driver, wherever it is to be had: its results do not depend on the machine.
software=$(drivers | grep lvp_icd | head -n 1 || true)
if [ -n "$software" ]; then
  export VK_DRIVER_FILES=$software VK_ICD_FILENAMES=$software
fi
# Vulkan's loader asks for it.
export XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR:-/tmp}
# The profile of the accelerators' build in CI, so that it is built once.
XNER_WGPU=1 cargo test --profile link -p xner -p xner-cli -p xner-tagger --features cuda,wgpu \
  --test bert_wgpu -- --nocapture
