# SPDX-License-Identifier: MIT
# Sourced by the tools: installs Debian packages that are missing.

packages_build="ca-certificates meson ninja-build gcc pkg-config libfuse3-dev fuse3 libcurl4-openssl-dev
	libcjson-dev libyaml-dev libsqlite3-dev libpq-dev libssl-dev libmicrohttpd-dev libcmocka-dev"
packages_test="python3 python3-pytest python3-pytest-xdist python3-pytest-timeout attr util-linux
	procps bash dash zsh busybox coreutils findutils diffutils sed gawk mawk perl tar cpio rsync git moreutils
	vim nano emacs-nox ed unzip zip patch curl openssl wget nodejs openssh-client openssh-server ansible-core
	binutils e2fsprogs mount postgresql-15 inotify-tools stress-ng fio libarchive-tools p7zip-full pax acl"

# Installs those of the given packages that are not there, as root or with sudo.
install_packages() {
	missing=
	for package in "$@"; do
		dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
			missing="$missing $package"
	done
	[ -n "$missing" ] || return 0
	as_root=
	[ "$(id -u)" -eq 0 ] || as_root=sudo
	echo "installing:$missing"
	log=$(mktemp)
	$as_root env DEBIAN_FRONTEND=noninteractive sh -c "
		apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing" \
		>"$log" 2>&1 || {
		cat "$log" >&2
		echo "could not install:$missing" >&2
		return 1
	}
	rm -f "$log"
}

# FUSE must be there to mount anything. udev gives /dev/fuse to everybody; where there is no udev
# (a container, a small virtual machine) root does the same.
need_fuse() {
	[ -c /dev/fuse ] || {
		echo "there is no /dev/fuse: load the module (modprobe fuse), or give the container" \
			"--device /dev/fuse --cap-add SYS_ADMIN" >&2
		return 1
	}
	if [ "$(id -u)" -eq 0 ]; then
		chmod 0666 /dev/fuse
	elif ! [ -w /dev/fuse ]; then
		echo "/dev/fuse is closed to you: chmod 0666 /dev/fuse as root" >&2
		return 1
	fi
}

# Builds into a directory, with further options for meson.
build_into() {
	directory=$1
	shift
	[ -f "$directory/build.ninja" ] || meson setup "$directory" "$@" >"$directory.log" 2>&1 || {
		cat "$directory.log" >&2
		return 1
	}
	ninja -C "$directory" >"$directory.log" 2>&1 || {
		cat "$directory.log" >&2
		return 1
	}
}
