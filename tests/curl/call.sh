# Sourced by the happy paths beside it. Says each call and its status, and ends at the first one that is not as expected.
set -euo pipefail

api=${API_URL:-http://127.0.0.1:54321}/functions/v1
json='content-type: application/json'
password=Correct1horse
# Nobody else has this in their name.
run=$$$RANDOM
answer=

# call 'Who does what' <expected status> <method> <path> [options of curl]
call() {
  local what=$1 expected=$2 method=$3 path=$4 status
  shift 4
  answer=$(curl --silent --show-error --request "$method" --write-out '\n%{http_code}' "$@" "$api$path")
  status=${answer##*$'\n'}
  answer=${answer%$'\n'*}
  printf '%s\n  %s %s → %s\n  %.120s\n' "$what" "$method" "$path" "$status" "$answer"
  [[ $status == "$expected" ]] || fail "expected $expected: $answer"
}

# The last answer has this text in it.
says() {
  [[ $answer == *"$1"* ]] || fail "there is no $1 in $answer"
}

# Something of the last answer, as JavaScript finds it: pick .user.id
pick() {
  node -e 'const value = JSON.parse(process.argv[1])'"$1"'
if (value === undefined) throw new Error(`there is no '"$1"' in ${process.argv[1]}`)
console.log(value)' "$answer"
}

fail() {
  printf '✗ %s\n' "$1" >&2
  exit 1
}

# Makes somebody an admin of the platform, which no document does: promote <username or address>
promote() {
  DB_URL=${DB_URL:-postgresql://postgres:postgres@127.0.0.1:54322/postgres} \
    npm run --silent --prefix "$(dirname "$0")/../.." admin -- promote "$1"
}
