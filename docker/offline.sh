#!/usr/bin/env bash
# 离线基础镜像 · Makes the base images where no image registry is reachable, under the very names that Dockerfile and compose.yaml use:
# debian:bookworm-slim by debootstrap, postgres:15 from Debian's packages, apache/kafka:4.3.1 from Maven Central's jars (docker/kafka/pom.xml).
# They take the environment variables that compose.yaml sets, not all that the official ones take. An image that is there is left alone.
# Root (debootstrap), Debian's packages and Maven Central are needed. DOCKER=… names another client, DEBIAN_MIRROR=… another mirror.
set -euo pipefail
cd "$(dirname "$0")/.."
read -ra docker <<<"${DOCKER:-docker}"
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
stop() { echo "offline.sh: $1" >&2; exit 1; }
there() { "${docker[@]}" image inspect "$1" >/dev/null 2>&1; }
"${docker[@]}" info >/dev/null 2>&1 || stop "连不上容器引擎 · no container engine answers: start it, or name it with DOCKER='docker -H …'"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

base=debian:bookworm-slim
if ! there "$base"; then
  [ "$(id -u)" -eq 0 ] || stop "须以 root 运行 · debootstrap needs root"
  command -v debootstrap >/dev/null || stop "请安装 · install debootstrap (apt-get install debootstrap)"
  echo "offline.sh: $base" >&2
  debootstrap --variant=minbase bookworm "$work/root" "$mirror" >"$work/log" 2>&1 || { tail -n 5 "$work/log" >&2; stop "debootstrap 失败，请检查网络 · failed: check the network"; }
  printf 'deb %s bookworm main\ndeb %s bookworm-updates main\ndeb %s bookworm-security main\n' "$mirror" "$mirror" "${mirror%/debian}/debian-security" >"$work/root/etc/apt/sources.list"
  rm -rf "$work/root"/var/cache/apt/archives/*.deb "$work/root"/var/lib/apt/lists/* "$work/root"/usr/share/{doc,man,locale,info}/* "$work/root"/var/log/*
  tar -C "$work/root" -c . | "${docker[@]}" import --change 'CMD ["bash"]' - "$base" >/dev/null
fi

build() { # build NAME TAR-ARGUMENTS...: quiet unless it fails
  local name=$1; shift
  echo "offline.sh: $name" >&2
  tar "$@" | DOCKER_BUILDKIT=0 "${docker[@]}" build --network host -t "$name" - >"$work/${name//[^a-z0-9]/-}" 2>&1 ||
    { tail -n 15 "$work/${name//[^a-z0-9]/-}" >&2; stop "$name 构建失败 · could not be built"; }
}
kafka=apache/kafka:4.3.1 postgres=postgres:15 running=()
if ! there "$kafka"; then
  if [ -z "$(ls var/kafka/kafka_2.13-*.jar 2>/dev/null)" ]; then
    command -v mvn >/dev/null || stop "请安装 · install maven (apt-get install maven)"
    mvn -q -B -f docker/kafka/pom.xml dependency:copy-dependencies -DoutputDirectory="$PWD/var/kafka" || stop "无法从 Maven Central 获取 Kafka · cannot fetch Kafka from Maven Central"
  fi
  build "$kafka" -c -C docker/offline/kafka . --transform 's,^kafka,jars,' -C "$PWD/var" kafka &
  running+=($!)
fi
if ! there "$postgres"; then
  build "$postgres" -c -C docker/offline/postgres . &
  running+=($!)
fi
for one in "${running[@]}"; do wait "$one" || exit 1; done
