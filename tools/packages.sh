# SPDX-License-Identifier: MIT
# Sourced by the tools: installs Debian packages that are missing.

packages_build="ca-certificates meson ninja-build gcc pkg-config libfuse3-dev fuse3 libcurl4-openssl-dev
	libcjson-dev libyaml-dev libsqlite3-dev libpq-dev libssl-dev libmicrohttpd-dev libcmocka-dev scdoc"
packages_test="python3 python3-pytest python3-pytest-xdist python3-pytest-timeout attr util-linux
	procps bash dash zsh fish man-db mandoc busybox coreutils findutils diffutils sed gawk mawk perl tar cpio rsync git moreutils
	vim nano emacs-nox ed unzip zip patch curl openssl wget nodejs openssh-client openssh-server ansible-core
	binutils e2fsprogs mount systemd sqlite3 postgresql inotify-tools stress-ng fio libarchive-tools p7zip-full pax acl valgrind
	logrotate prometheus" # prometheus has promtool

packages_package="git dpkg-dev debhelper fakeroot lintian libgnutls28-dev scdoc"

apt_patience_s=600 # how long to wait for another apt, which may install a lot
apt_look_s=2       # the time between two tries

# Runs apt-get as root, and shows its output if it fails. Another apt may have one of the locks: waits for it.
# DPkg::Lock::Timeout waits only for dpkg's locks, so the loop waits for the other locks.
run_apt() {
	waited_s=0
	while :; do
		said=$($as_root env LC_ALL=C DEBIAN_FRONTEND=noninteractive \
			apt-get -qq -o "DPkg::Lock::Timeout=$apt_patience_s" "$@" 2>&1) && return
		case $said in *"Could not get lock"*) ;; *) break ;; esac
		[ $waited_s -lt $apt_patience_s ] || break
		[ $waited_s -gt 0 ] || echo "another apt is at work: waiting for it, up to $apt_patience_s seconds"
		sleep $apt_look_s
		waited_s=$((waited_s + apt_look_s))
	done
	printf '%s\n' "$said" >&2
	return 1
}

# Installs those of the given packages that are missing, as root or with sudo.
install_packages() {
	missing=
	for package in "$@"; do
		dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
			missing="$missing $package"
	done
	[ -n "$missing" ] || return 0
	as_root=
	[ "$(id -u)" -eq 0 ] || as_root=sudo
	[ -z "$as_root" ] || command -v sudo >/dev/null || {
		echo "packages are missing, and there is no sudo; as root: apt-get install$missing" >&2
		return 1
	}
	echo "installing:$missing"
	{ run_apt update && run_apt install -y --no-install-recommends $missing; } || {
		echo "could not install:$missing" >&2
		echo "mend what apt-get says above, or install them by hand" >&2
		return 1
	}
}

# Without /dev/fuse nothing can be mounted. udev opens /dev/fuse for everybody. If there is no udev (a
# container, a small virtual machine), root does the same here.
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

# attend [OPTION of setpriv...] -- PROGRAM...: runs a program, and waits for it. The program gets SIGTERM when
# this script ends. A trap of the script runs while the program still runs, and not only after its end.
attend() {
	setpriv --pdeathsig TERM "$@" &
	attended=$!
	wait "$attended"
}

# For a trap: ends the program that attend() runs.
end_attended() {
	[ -z "${attended:-}" ] || ! kill "$attended" 2>/dev/null || wait "$attended" 2>/dev/null || :
}

# ninja_in_tenths DIRECTORY LOG: builds with ninja, and shows a plain line for each tenth of the steps. ninja's
# output goes to the log.
ninja_in_tenths() {
	shown=0
	setpriv --pdeathsig TERM ninja -C "$1" ${targets:-} >"$2" 2>&1 &
	attended=$!
	while kill -0 "$attended" 2>/dev/null; do
		sleep 0.5
		line=$(tail -n 1 "$2")
		case $line in
		\[[0-9]*/[0-9]*\]*)
			n=${line#\[} m=${line#*/}
			n=${n%%/*} m=${m%%\]*}
			[ "$((n * 10 / m))" -le "$shown" ] || {
				shown=$((n * 10 / m))
				echo "  $n of $m"
			}
			;;
		esac
	done
	wait "$attended"
}

# build_into DIRECTORY [OPTION of meson...]: builds, and shows the progress: as ninja does in a terminal, in
# plain lines elsewhere. Elsewhere DIRECTORY.log has the output of ninja. Set $targets to build a part only.
build_into() {
	directory=$1
	shift
	echo "building $directory"
	[ -f "$directory/build.ninja" ] || attend -- meson setup "$directory" "$@" >"$directory.log" 2>&1 || {
		cat "$directory.log" >&2
		return 1
	}
	if [ -t 1 ]; then
		attend -- ninja -C "$directory" ${targets:-}
	else
		ninja_in_tenths "$directory" "$directory.log" || {
			cat "$directory.log" >&2
			return 1
		}
	fi
}
