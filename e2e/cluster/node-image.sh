#!/usr/bin/env bash
# Assembles kind's node image from programs that are built already, without any image registry, and writes it as a
# docker archive. It works in a container storage of its own under $WORK, so nothing else of this machine sees it.
set -euo pipefail
: "${WORK:?a scratch directory}" "${OUT:?the archive to write}" "${IMAGE:?its name and tag}" "${KUBERNETES_VERSION:?}"
: "${BASE:?root file system, a tar}" "${KIND_FILES:?images/base/files of the kind module}" "${KUBERNETES_SOURCE:?the module}"
: "${KUBERNETES:?}" "${CONTAINERD:?}" "${ETCD:?}" "${COREDNS:?directories with the programs}"

root=$WORK/root
in_storage() { podman --root "$WORK/storage" --runroot "$WORK/run" "$@"; }
cleanup() { in_storage rm -f -t 0 -a >/dev/null 2>&1 || true; umount "$WORK/storage/overlay" 2>/dev/null || true; }
trap cleanup EXIT

# The tags that kubeadm of this release asks for.
constant() { grep -oE "$1 += \"[^\"]+" "$KUBERNETES_SOURCE/cmd/kubeadm/app/constants/constants.go" | head -1 | cut -d'"' -f2; }
pause_tag=$(constant PauseVersion) etcd_tag=$(constant DefaultEtcdVersion) coredns_tag=$(constant CoreDNSVersion)
gcc -Os -static -DVERSION="$pause_tag" -o "$WORK/pause" "$KUBERNETES_SOURCE/build/pause/linux/pause.c"

# 1. Root file system: Debian, kind's own node files, the programs.
mkdir -p "$root"
tar -C "$root" -xf "$BASE"
cp -r --no-preserve=mode,ownership "$KIND_FILES/." "$root/"
chmod 755 "$root"/usr/local/bin/* "$root/kind" "$root/kind/bin" "$root"/kind/bin/*
cp "$CONTAINERD"/{containerd,ctr,containerd-shim-runc-v2} "$root/usr/local/bin/"
cp "$KUBERNETES"/{kubelet,kubeadm,kubectl} "$root/usr/bin/"
mkdir -p "$root/opt/cni" "$root/usr/local/sbin" "$root/etc/kubernetes/manifests" "$root/kind/manifests"
ln -sfn /usr/lib/cni "$root/opt/cni/bin"
ln -sf /usr/sbin/runc "$root/usr/local/sbin/runc"
printf 'v%s' "$KUBERNETES_VERSION" >"$root/kind/version"
# A nested container may lack CAP_SYS_RESOURCE, which lowering an oom score needs.
sed -i "s#sandbox_image = .*#sandbox_image = \"registry.k8s.io/pause:$pause_tag\"#
s#restrict_oom_score_adj = .*#restrict_oom_score_adj = true#" "$root/etc/containerd/config.toml"
chroot "$root" bash -ec '
wants=/lib/systemd/system
rm -f $wants/sysinit.target.wants/systemd-tmpfiles-setup.service $wants/multi-user.target.wants/* /etc/systemd/system/*.wants/* \
  $wants/local-fs.target.wants/* $wants/sockets.target.wants/*udev* $wants/sockets.target.wants/*initctl* $wants/basic.target.wants/*
echo ReadKMsg=no >>/etc/systemd/journald.conf
systemctl enable kubelet.service containerd.service undo-mount-hacks.service
systemctl mask systemd-binfmt.service
ctr oci spec |
  jq ".hooks.createContainer[.hooks.createContainer|length] |= . + {path: \"/kind/bin/mount-product-files.sh\"} | del(.process.rlimits)" \
    >/etc/containerd/cri-base.json'
base=localhost/kind-node-base
tar -C "$root" -c . | in_storage import -q -c 'ENV container=docker' -c 'STOPSIGNAL SIGRTMIN+3' - "$base"
rm -rf "$root"

# 2. Images of the components: one static program each, under the names kubeadm expects.
component() { # name program
  local directory program
  program=/usr/local/bin/$(basename "$1" | cut -d: -f1)
  directory=$(mktemp -d -p "$WORK")
  install -D "$2" "$directory$program"
  tar -C "$directory" -c . | in_storage import -q -c 'ENV PATH=/usr/local/bin' -c "ENTRYPOINT [\"$program\"]" - "$1"
  rm -rf "$directory"
}
images=(registry.k8s.io/{etcd:$etcd_tag,pause:$pause_tag,coredns/coredns:$coredns_tag})
component "${images[0]}" "$ETCD/server"
component "${images[1]}" "$WORK/pause"
component "${images[2]}" "$COREDNS/coredns"
for program in kube-apiserver kube-controller-manager kube-scheduler; do
  component "registry.k8s.io/$program:v$KUBERNETES_VERSION" "$KUBERNETES/$program"
  images+=("registry.k8s.io/$program:v$KUBERNETES_VERSION")
done
mkdir "$WORK/proxy" # it runs iptables, so it gets the node's root file system
cp "$KUBERNETES/kube-proxy" "$WORK/proxy/"
printf 'FROM %s\nCOPY kube-proxy /usr/local/bin/kube-proxy\nENTRYPOINT []\n' "$base" >"$WORK/proxy/Dockerfile"
images+=("registry.k8s.io/kube-proxy:v$KUBERNETES_VERSION")
in_storage build -q -t "${images[-1]}" "$WORK/proxy"
in_storage save -m -q -o "$WORK/components.tar" "${images[@]}"

# 3. The node: containerd takes the component images in, then the container becomes the image.
in_storage run -d --privileged --network none --name node -v "$WORK/components.tar:/components.tar:ro" --entrypoint sleep "$base" infinity
in_storage exec node bash -ec '
containerd >/tmp/containerd.log 2>&1 &
for i in $(seq 30); do ctr version >/dev/null 2>&1 && break; sleep 1; done
ctr -n k8s.io images import --all-platforms --no-unpack --digests /components.tar >/dev/null
ctr -n k8s.io images ls -q
kill %1; wait %1 || true
rm -f /tmp/containerd.log'
in_storage commit -q -c 'ENTRYPOINT ["/usr/local/bin/entrypoint","/sbin/init"]' node "$IMAGE"
in_storage save -q --format docker-archive -o "$OUT" "$IMAGE"
