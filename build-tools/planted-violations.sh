#!/usr/bin/env bash
# Plants a violation of each build rule in a copy of the sources and expects the build to stop with our sentence.
# Usage: build-tools/planted-violations.sh   (about a minute; not part of mvn verify)
set -euo pipefail
cd "$(dirname "$0")/.."
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
failures=0

fresh() {
  rm -rf "$copy/tree"
  mkdir "$copy/tree"
  git ls-files -z --cached --others --exclude-standard | tar -c --null -T - | tar -x -C "$copy/tree"
}

# add_dependency MODULE GROUP ARTIFACT [EXTRA]: puts a dependency into the module's pom
add_dependency() {
  sed -i "0,/<dependencies>/s##<dependencies><dependency><groupId>$2</groupId><artifactId>$3</artifactId>${4-}</dependency>#" \
    "$copy/tree/$1/pom.xml"
}

# add_java MODULE ROOT CLASS BODY: puts a class into the module's package (ROOT: src/main/java or src/test/java)
add_java() {
  local folder
  folder=$(dirname "$(cd "$copy/tree" && find "$1/src/main/java/dev/voltbus" -name package-info.java | sort | head -n 1)")
  folder=${folder/src\/main\/java/$2}
  local package=${folder#"$1/$2/"}
  mkdir -p "$copy/tree/$folder"
  printf 'package %s;\n\nfinal class %s {\n  %s\n}\n' "${package//\//.}" "$3" "$4" >"$copy/tree/$folder/$3.java"
}

# expect NAME SENTENCE MVN_ARGUMENTS...: the build must fail and say the sentence
expect() {
  local name=$1 sentence=$2
  shift 2
  if (cd "$copy/tree" && mvn -B "$@") >"$copy/log" 2>&1 </dev/null; then
    echo "NOT FOUND  $name: the build went through"
    failures=$((failures + 1))
  elif ! grep -qF -- "$sentence" "$copy/log"; then
    echo "NOT FOUND  $name: stopped for another reason"
    grep -m 5 '^\[ERROR\]' "$copy/log" || true
    failures=$((failures + 1))
  else
    echo "found      $name"
  fi
}

# One forbidden dependency for each module, after the table in the design.
while read -r module group artifact sentence; do
  fresh
  add_dependency "$module" "$group" "$artifact"
  expect "$module depends on $artifact" "$sentence" validate
done <<'TABLE'
contract info.picocli picocli contract may depend on vertx-core only
vertx-modbus info.picocli picocli vertx-modbus may depend on vertx-core and j2mod only
outbox io.vertx vertx-mqtt outbox may depend on contract only
simulator com.ghgande j2mod simulator may depend on contract, vertx-core, vertx-mqtt and vertx-web only
acquisition-verticle io.vertx vertx-mqtt acquisition-verticle may depend on contract, vertx-modbus and the Vert.x web client only
mapping-verticle dev.voltbus voltbus-modbus mapping-verticle may depend on contract only
mqtt-verticle dev.voltbus voltbus-mapping mqtt-verticle may depend on contract, outbox and vertx-mqtt only
command-verticle io.vertx vertx-mqtt command-verticle may depend on contract and outbox only
deploy org.slf4j slf4j-simple deploy ships exactly one slf4j binding
TABLE

fresh
add_dependency deploy io.vertx vertx-core '<version>5.0.8</version>'
expect "two versions of one library" "convergence error" validate
fresh
add_dependency deploy info.picocli picocli
expect "one dependency twice" "duplicate dependency declaration" validate
fresh
sed -i 's#\[3.8,)#[99,)#' "$copy/tree/pom.xml"
expect "an old Maven" "Voltbus builds with Maven 3.8 or later" validate -N
fresh
sed -i 's#\[17,)#[99,)#' "$copy/tree/pom.xml"
expect "an old Java for Maven" "Maven itself needs Java 17 or later" validate -N
fresh
expect "no JDK 25" "needs an installed JDK 25" validate -N '-Djdk.range=[99,100)'

fresh
add_java contract src/main/java Planted 'static   void run() {}'
expect "an unformatted source" "mvn -N -Pformat process-sources" verify -N
fresh
add_java contract src/main/java Planted 'static int length(@org.jspecify.annotations.Nullable String text) { return text.length(); }'
expect "null dereferenced" "[NullAway]" compile -pl contract -am
fresh
add_java contract src/main/java Planted 'static void drop(io.vertx.core.Vertx vertx) { vertx.close(); }'
expect "a dropped Future" "[CheckReturnValue] The result of \`close()\` must be used" compile -pl contract -am
fresh
add_java contract src/test/java PlantedTest 'static java.util.List list() { return java.util.List.of(); }'
expect "a raw type in a test" "[rawtypes]" test-compile -pl contract -am
fresh
add_java contract src/main/java Planted 'static java.util.List list() { return java.util.List.of(); }'
expect "a raw type" "[rawtypes]" compile -pl contract -am
fresh
add_java contract src/main/java Planted 'record Words(int[] words) {}'
expect "an array in a record" "[ArrayRecordComponent]" compile -pl contract -am

if [ "$failures" -gt 0 ]; then
  echo "$failures planted violations were not found"
  exit 1
fi
