#!/usr/bin/env bash
# 准备 · What `compose up` needs: docker/.env with random passwords and a cluster id (kept if it is there), the base images (pulled, or made
# by docker/offline.sh where no registry can be reached) and our own image. Called again after a change of the programs.
# DOCKER='docker -H …' names another client or engine, ECOCASE_ENV=FILE another place for the settings.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOCKER=${DOCKER:-docker}
read -ra docker <<<"$DOCKER"
env=${ECOCASE_ENV:-docker/.env}
"${docker[@]}" info >/dev/null 2>&1 || { echo "prepare.sh: 连不上容器引擎，请先启动 docker · no container engine answers: start docker (or join group docker)" >&2; exit 1; }

random() { head -c 24 /dev/urandom | base64 | tr '+/' '-_'; }
if [ ! -e "$env" ]; then
  (umask 077 && cat >"$env") <<SETTINGS
# 由 docker/prepare.sh 生成，请妥善保管 · Made by docker/prepare.sh; keep it safe and out of version control. All settings: docs/OPERATIONS.md.
COMPOSE_PROJECT_NAME=ecocase
ECOCASE_CLUSTER_ID=$(head -c 16 /dev/urandom | base64 | tr '+/' 'AB' | cut -c 1-22)
ECOCASE_SUPERUSER_PASSWORD=$(random)
ECOCASE_OWNER_PASSWORD=$(random)
ECOCASE_BROKER_PASSWORD=$(random)
ECOCASE_COORDINATOR_PASSWORD=$(random)
ECOCASE_REGISTER_PASSWORD=$(random)
SETTINGS
  echo "prepare.sh: 已生成 · made $env" >&2
fi

missing=()
for image in debian:bookworm-slim apache/kafka:4.3.1 postgres:15; do
  "${docker[@]}" image inspect "$image" >/dev/null 2>&1 || missing+=("$image")
done
for image in "${missing[@]}"; do
  echo "prepare.sh: $image" >&2
  "${docker[@]}" pull -q "$image" >/dev/null 2>&1 && continue
  echo "prepare.sh: 无法从镜像仓库获取，改为本地制作 · not to be had from a registry, so the base images are made here (docker/offline.sh)" >&2
  docker/offline.sh
  break
done

echo "prepare.sh: ecocase:local" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
DOCKER_BUILDKIT=${DOCKER_BUILDKIT:-0} "${docker[@]}" build --network host -q -t ecocase:local -f docker/Dockerfile . >"$log" 2>&1 ||
  { tail -n 30 "$log" >&2; echo "prepare.sh: ecocase:local 构建失败 · could not be built" >&2; exit 1; }
