#!/bin/bash
# SPDX-License-Identifier: MIT
# What `tools/vm boots` runs in the virtual machine, as a service of systemd, once in each boot:
#
#   1  the automount of fstab, the service cocfs@.service and its keys; then the machine is switched off while the service of
#      the jobs has stopped in the middle of requests, and the rest is queued
#   2  all that was written is submitted, each once; then the machine is switched off while the service is down
#   3  the same again
#
# The first argument is a directory for the results: "output", "status" and the number of the next boot, "boot".
set -euo pipefail
results=$1
boot=$(cat "$results/boot")
source=http://127.0.0.1:8080
jobs=/mnt/jobs # a line of fstab
other=/mnt/other # cocfs@other.service
sample=/src/tests/corpus/good/suspend.yaml
queued=20

say() {
	echo "boot $boot: $*"
}

die() {
	say "FAULT: $*" >&2
	systemctl --no-pager status mnt-jobs.mount mnt-jobs.automount cocfs@other cocd || :
	journalctl --no-pager -b -n 100
	exit 1
}

# Waits until a command succeeds, for two minutes at most: the machine has no acceleration.
await() {
	local until=$((SECONDS + 120))
	while [ $SECONDS -lt $until ]; do
		! "$@" >/dev/null 2>&1 || return 0
		sleep 0.2
	done
	die "in vain: $*"
}

# fails COMMAND...: ends the test with die() if the command succeeds.
fails() {
	! "$@" >/dev/null 2>&1 || die "this must fail: $*"
}

is_mounted() {
	findmnt -rn -t fuse.cocfs "$1"
}

queue_is_empty() {
	[ -z "$(cat $jobs/.coc/queue)" ]
}

# each_is_made_once NUMBER: NUMBER job files have a job of their own each. The service has these jobs, the job of
# cocfs@other.service, and no more.
each_is_made_once() {
	local expected=$1 listed file
	for file in "$jobs"/*.yaml; do
		[ -s "$file.id" ] || die "$file has no job: $(cat "$file.error" 2>/dev/null)"
	done
	listed=$(cat "$jobs"/*.yaml.id | sort -u | wc -l)
	[ "$listed" = "$expected" ] || die "$listed jobs instead of $expected"
	listed=$(grep -c "^DM" $jobs/.coc/jobs)
	[ "$listed" = $((expected + 1)) ] || die "the service has $listed jobs instead of $expected: $(cat $jobs/.coc/jobs)"
}

# write_jobs PREFIX FROM TO
write_jobs() {
	local i
	for i in $(seq "$2" "$3"); do
		sed "s/test_document/$1-$i/" $sample >"/tmp/$1-$i.yaml"
		cp "/tmp/$1-$i.yaml" $jobs/
	done
}

# are_queued PREFIX NUMBER: at least NUMBER jobs whose names begin with PREFIX are in the ledger, and not submitted.
are_queued() {
	local found
	found=$(grep -c "$1" $jobs/.coc/queue) || :
	[ "$found" -ge "$2" ] || die "only $found are queued: $(cat $jobs/.coc/queue)"
	say "$found jobs are queued"
}

# Each secret key of this machine must be in no setting of a unit, in no message, and in no list of processes.
no_secret_is_shown() {
	local secret
	systemctl show '*' >/tmp/shown
	systemctl status --no-pager -l 'cocfs@*' 'cocd*' 'mnt-*' >>/tmp/shown 2>&1 || :
	ps -efww >>/tmp/shown
	journalctl --no-pager -o json --all >/tmp/journal
	grep -q cocfs /tmp/shown && grep -q COCFS_PATH /tmp/journal || die "there is nothing to look at"
	for secret in $(sed -n 's/^sk *= *//p' /etc/cocfs/keys) $(cat /root/other-secrets 2>/dev/null); do
		fails grep -F -- "$secret" /tmp/shown
		fails grep -F -- "$secret" /tmp/journal
	done
	rm /tmp/shown /tmp/journal
}

# ---- the first boot ----

mounts_when_it_is_used() {
	findmnt -rn -t autofs $jobs || die "there is no automount"
	fails is_mounted $jobs
	systemctl start cocd
	install -d /etc/cocfs
	install -m 600 /var/lib/cocd/service.keys /etc/cocfs/keys
	ls $jobs || die "an access does not mount"
	is_mounted $jobs || die "the automount has not mounted"
	cp $sample $jobs/first.yaml
	await test -s $jobs/first.yaml.id
	await sh -c "journalctl -q -b --no-pager -o json COCFS_PATH=first.yaml | grep -q '\"COCFS_JOB_ID\":\"DM'"
	say "an access mounts what fstab says, and the journal knows the job"
}

runs_as_a_service() {
	local pid
	install -d -m 700 /etc/credstore
	install -m 600 /etc/cocfs/keys /etc/credstore/cocfs.other
	cat >/etc/cocfs/other.conf <<-END
		SOURCE=$source
		MOUNTPOINT=$other
		OPTIONS=risk_level=LOW,loglevel=info,allow_other,umask=000,jobs=own,state_dir=/var/lib/cocfs/other
	END
	systemctl start cocfs@other || die "cocfs@other does not start"
	is_mounted $other || die "the mount of the service is not seen outside"
	setpriv --reuid=65534 --regid=65534 --clear-groups sh -c "sed 's/test_document/other/' $sample >$other/other.yaml" ||
		die "a user cannot write: $(cat $other/other.yaml.error)"
	grep -q ^DM $other/other.yaml.id || die "no job for another user"
	[ -e "/run/credentials/cocfs@other.service/cocfs.credentials" ] || die "the keys are not a credential"
	systemctl reload cocfs@other
	await sh -c "journalctl -q -b -u cocfs@other | grep -q 'read again from /run/credentials'"
	say "cocfs@.service mounts for everybody, with keys from /etc/credstore"
	pid=$(systemctl show -P MainPID cocfs@other)
	kill -KILL "$pid"
	await sh -c "systemctl is-active cocfs@other && [ $pid != \$(systemctl show -P MainPID cocfs@other) ] &&
		cat $other/other.yaml.id"
	say "a service that was killed is back"
	systemctl stop cocfs@other
	fails is_mounted $other
	[ "$(systemctl show -P Result cocfs@other)" = success ] || die "the stop is no success"
	say "the service ends and unmounts"
}

has_wrong_keys() {
	sed 's/^sk.*/sk = not-the-secret-key/' /etc/cocfs/keys >/etc/credstore/cocfs.other
	fails systemctl start cocfs@other
	[ "$(systemctl show -P NRestarts cocfs@other)" = 0 ] || die "a mount with refused keys is tried again"
	grep -q "the service refuses the keys" <<<"$(journalctl -q -b -u cocfs@other)" || die "nothing says that the keys are refused"
	fails is_mounted $other
	say "with refused keys the service fails at once, and is not tried again"
}

# Another way to give keys: an environment file.
has_keys_in_a_file_of_variables() {
	rm /etc/credstore/cocfs.other
	echo not-the-secret-key >/root/other-secrets
	install -m 600 /dev/null /etc/cocfs/variables.conf
	{
		sed -n 's/^ak *= */HUAWEICLOUD_SDK_AK=/p; s/^sk *= */HUAWEICLOUD_SDK_SK=/p' /etc/cocfs/keys
		sed 's,/other,/variables,' /etc/cocfs/other.conf
	} >/etc/cocfs/variables.conf
	systemctl start cocfs@variables || die "cocfs@variables does not start"
	no_secret_is_shown
	fails grep -aF -- "$(sed -n 's/^sk *= *//p' /etc/cocfs/keys)" "/proc/$(systemctl show -P MainPID cocfs@variables)/environ"
	systemctl stop cocfs@variables
	say "no key is in systemctl show, the journal or ps"
}

# The keys of a cloud server, and of an identity provider. cocd takes its file of tokens by LoadCredential=, too: its unit has a
# user of its own.
has_temporary_keys() {
	local name
	install -d /etc/cocd /etc/systemd/system/cocd.service.d
	printf '[temporary]\nak = TEMPORARY\nsk = secret-of-a-server\nsecurity_token = token-of-a-server\n' >>/var/lib/cocd/service.keys
	printf '[federated]\ntoken = token-of-iam-for-a-provider\n' >/etc/cocd/tokens
	echo token-of-a-provider >/etc/cocd/id_token
	chmod 600 /etc/cocd/*
	cat >/etc/systemd/system/cocd.service.d/tokens.conf <<-END
		[Service]
		LoadCredential=tokens:/etc/cocd/tokens
		ExecStart=
		ExecStart=/usr/local/bin/cocd --data %S/cocd --listen 127.0.0.1:8080 --access-log --tokens %d/tokens
	END
	systemctl daemon-reload
	systemctl restart cocd || die "cocd does not take the credential of its unit"
	busybox ip addr add 169.254.169.254/32 dev lo
	systemd-run -q --unit=key-servers /usr/bin/python3 /src/tests/vm/key_servers.py /var/lib/cocd/service.keys /etc/cocd/tokens /etc/cocd/id_token
	await curl -s http://169.254.169.254/ http://127.0.0.1:9000/
	printf '[global]\ndomain_id = domain\nidp_id = idp\nid_token_file = /etc/cocd/id_token\niam_endpoint = http://127.0.0.1:9000\n' \
		>/etc/credstore/cocfs.provider
	chmod 600 /etc/credstore/cocfs.provider
	printf '%s\n' secret-of-a-server token-of-a-server token-of-iam-for-a-provider token-of-a-provider >>/root/other-secrets
	for name in server provider; do
		sed "s,/other,/$name," /etc/cocfs/other.conf >/etc/cocfs/$name.conf
		systemctl start cocfs@$name || die "cocfs@$name does not start"
		is_mounted /mnt/$name
	done
	grep -q "credentials taken from the metadata service" <<<"$(journalctl -q -b -u cocfs@server)" || die "these are other keys"
	no_secret_is_shown
	systemctl stop cocfs@server cocfs@provider key-servers
	say "nor are temporary keys of the metadata service, and tokens of IAM"
}

# ---- the end of a boot ----

# The service stops in the middle of requests, and answers no more.
stop_in_the_middle() {
	write_jobs slow 1 $((queued / 4)) &
	write_jobs slow $((queued / 4 + 1)) $((queued / 2)) &
	await sh -c "cat $jobs/slow-*.yaml.id" # the first: requests of the others are under way
	kill -STOP "$(systemctl show -P MainPID cocd)"
	write_jobs slow $((queued / 2 + 1)) $queued
	wait
	are_queued slow $((queued / 2))
}

stop_before() {
	systemctl stop cocd
	write_jobs down 1 $queued
	are_queued down $queued
}

# ---- a later boot ----

goes_on() {
	local expected=$1
	systemctl start cocd
	cocfs-wait --timeout 300 $jobs || die "not all are submitted"
	queue_is_empty || die "the queue is not empty"
	each_is_made_once "$expected"
	say "all that was written is submitted, each job once"
}

# The boot before has ended as it should.
ended_well() {
	local last
	last=$(journalctl -q --no-pager -b -1)
	grep -E "cocfs|mnt-jobs" <<<"$last" | tail -n 15
	grep -q "Unmounted mnt-jobs.mount" <<<"$last" || die "the last boot did not unmount"
	fails grep -E "Failed unmounting mnt-jobs|(mnt-jobs|cocfs@.*): .*(timed out|SIGKILL)" <<<"$last"
	say "the last boot has unmounted"
}

main() {
	case $boot in
	1)
		mounts_when_it_is_used
		runs_as_a_service
		has_wrong_keys
		has_keys_in_a_file_of_variables
		has_temporary_keys
		stop_in_the_middle
		;;
	2)
		ended_well
		goes_on $((1 + queued))
		no_secret_is_shown
		stop_before
		;;
	3)
		ended_well
		goes_on $((1 + 2 * queued))
		no_secret_is_shown
		;;
	esac
}

# The machine is switched off while the jobs are queued.
finish() {
	echo $1 >"$results/status"
	echo $((boot + 1)) >"$results/boot"
	sync
	systemctl --no-block poweroff
}
trap 'finish $?' EXIT
exec >>"$results/output" 2>&1
main
