#!/bin/sh
# SPDX-License-Identifier: MIT
# A client of the COC documents API in curl and openssl. It shows how a request is signed.
#
#   coc.sh create NAME RISK FILE     coc.sh list [PART-OF-A-NAME]
#   coc.sh show ID [VERSION]         coc.sh update ID NAME FILE
#   coc.sh delete ID                 coc.sh execute ID [KEY=VALUE ...]
#
# COC_ENDPOINT is the address of the service (https://coc.myhuaweicloud.com without it). The keys are
# HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK, or those of [global] in the file HUAWEICLOUD_SDK_CREDENTIALS_FILE
# (~/.huaweicloud/credentials without it). coc.sh prints the answer, and exits 0 if its status was 200.
# CURL_CA_BUNDLE names a certificate to trust, as for curl itself.
set -eu
export LC_ALL=C # bytes are signed, not characters

die() {
	echo "coc.sh: $*" >&2
	exit 2
}

# credential KEY: a value of [global] in the credentials file.
credential() {
	sed -n '/^\[global\]/,/^\[[^g]/s/^[[:space:]]*'"$1"'[[:space:]]*=[[:space:]]*\([^[:space:]]*\).*/\1/p' \
		"${HUAWEICLOUD_SDK_CREDENTIALS_FILE:-$HOME/.huaweicloud/credentials}"
}

endpoint=${COC_ENDPOINT:-https://coc.myhuaweicloud.com}
ak=${HUAWEICLOUD_SDK_AK:-$(credential ak)}
sk=${HUAWEICLOUD_SDK_SK:-$(credential sk)}
[ "$ak" ] && [ "$sk" ] || die "no keys: set HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK"

# Percent-encodes a text: letters, digits and -_.~ stay.
encode() {
	printf %s "$1" | od -An -v -tu1 | awk '{
		for (i = 1; i <= NF; i++) {
			char = sprintf("%c", $i + 0)
			printf "%s", ($i < 128 && char ~ /[A-Za-z0-9_.~-]/) ? char : sprintf("%%%02X", $i)
		}
	}'
}

# Standard input as a JSON string.
quote() {
	tab=$(printf '\t') cr=$(printf '\r')
	# one line more, or the last newline of the text would be lost
	{ cat && echo .; } | sed 's/\\/\\\\/g; s/"/\\"/g; s/'"$tab"'/\\t/g; s/'"$cr"'/\\r/g' |
		awk 'NR > 1 { printf "\\n" } { printf "%s", $0 }' | sed 's/^/"/; s/\.$/"/'
}

sha256() {
	openssl dgst -sha256 -r | cut -d ' ' -f 1
}

# Hex digits on standard input as the bytes that they stand for.
bytes() {
	printf %b "$(awk '{
		for (i = 1; i < length($0); i += 2)
			printf "\\0%03o", (index(digits, substr($0, i, 1)) - 1) * 16 + index(digits, substr($0, i + 1, 1)) - 1
	}' digits=0123456789abcdef -)"
}

# pad BYTE: the secret key, filled up with NULs to 64 bytes, and each of the 64 bytes XOR BYTE. No key of the
# cloud is longer.
pad() {
	printf %b "$(printf %s "$sk" | od -An -v -tu1 | awk '
		function differ(a, b, bit, sum) {
			for (bit = 1; bit < 256; bit *= 2)
				sum += (int(a / bit) + int(b / bit)) % 2 * bit
			return sum
		}
		{ for (i = 1; i <= NF; i++) key[n++] = $i }
		END { for (i = 0; i < 64; i++) printf "\\0%03o", differ(key[i] + 0, byte) }' byte="$1" -)"
}

# HMAC-SHA256 of a text with the secret key. "openssl dgst -hmac KEY" would do the same, but each user of this
# machine could read the key in the list of processes. printf is a part of the shell, and shows nothing there.
hmac() {
	inner=$({ pad 54 && printf %s "$1"; } | sha256)
	{ pad 92 && echo "$inner" | bytes; } | sha256
}

# call METHOD PATH QUERY BODY: signs and sends a request. The caller has encoded PATH and QUERY, and has sorted the
# parameters of QUERY.
call() {
	date=$(date -u +%Y%m%dT%H%M%SZ)
	# method, path and a "/", query, the signed headers, an empty line, their names, the hash of the body
	canonical=$(printf '%s\n%s/\n%s\nx-sdk-date:%s\n\nx-sdk-date\n%s' \
		"$1" "$2" "$3" "$date" "$(printf %s "$4" | sha256)")
	signature=$(hmac "$(printf 'SDK-HMAC-SHA256\n%s\n%s' "$date" "$(printf %s "$canonical" | sha256)")")
	answer=$(printf %s "$4" | curl -sS -X "$1" "$endpoint$2${3:+?$3}" ${4:+--data-binary @-} \
		-H 'Content-Type: application/json' -H "X-Sdk-Date: $date" \
		-H "Authorization: SDK-HMAC-SHA256 Access=$ak, SignedHeaders=x-sdk-date, Signature=$signature" \
		-w ' %{http_code}')
	printf '%s\n' "${answer% *}"
	[ "${answer##* }" = 200 ]
}

# KEY=VALUE...: the parameters of an execution, in the JSON that the API takes.
parameters() {
	separator=
	for parameter in "$@"; do
		printf '%s{"key":%s,"value":%s}' "$separator" "$(printf %s "${parameter%%=*}" | quote)" \
			"$(printf %s "${parameter#*=}" | quote)"
		separator=,
	done
}

documents=/v1/documents
case ${1-}:$# in
create:4)
	call POST $documents "" "{\"name\":$(printf %s "$2" | quote),\"risk_level\":\"$3\",\"enterprise_project_id\":\"0\",\
\"content\":$(quote <"$4")}"
	;;
list:1) call GET $documents limit=100 "" ;;
list:2) call GET $documents "limit=100&name_like=$(encode "$2")" "" ;;
show:2) call GET "$documents/$(encode "$2")" "" "" ;;
show:3) call GET "$documents/$(encode "$2")" "version=$(encode "$3")" "" ;;
update:4) call PUT "$documents/$(encode "$2")" "" "{\"name\":$(printf %s "$3" | quote),\"content\":$(quote <"$4")}" ;;
delete:2) call DELETE "$documents/$(encode "$2")" "" "" ;;
execute:[!1]*)
	id=$2
	shift 2
	call POST "$documents/$(encode "$id")" "" "{\"parameters\":[$(parameters "$@")]}"
	;;
*) die "create NAME RISK FILE | list [PART] | show ID [VERSION] | update ID NAME FILE | delete ID | execute ID [KEY=VALUE ...]" ;;
esac
