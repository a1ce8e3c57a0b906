#!/usr/bin/env bash
# Runs one service of pom.xml on loopback, single node: start.sh kafka|elasticsearch DIR RUN PORT [PORT2]
#   DIR    where Maven put the services
#   RUN    data and logs; a folder used before goes on with its data
#   PORT   of clients; PORT2 (PORT + 1 when not given) of the node's own traffic
# RUN/extra.properties (extra.yml), if there, is added to the service's settings and wins over them.
# Prints "ADDRESS pid=PID" once it answers. Ends, and the service with it, on SIGTERM and when its standard input closes,
# so that nothing outlives who started it.
set -euo pipefail
service=$1 dir=$(realpath "$2") port=$4 inner=${5:-$(($4 + 1))}
mkdir -p "$3"
run=$(realpath "$3")

kafka() {
  cat >"$run/kafka.properties" <<P
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$inner
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$inner
advertised.listeners=PLAINTEXT://127.0.0.1:$port
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=$run/data
offsets.topic.replication.factor=1
offsets.topic.num.partitions=3
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
P
  cat "$run/extra.properties" >>"$run/kafka.properties" 2>/dev/null || true
  local java=(java -Xms256m -Xmx512m -XX:+UseSerialGC -cp "$dir/kafka/*")
  if [ ! -e "$run/data/meta.properties" ]; then
    "${java[@]}" kafka.tools.StorageTool format -t "$(head -c 16 /dev/urandom | base64 | tr '+/' 'ab' | cut -c 1-22)" \
      -c "$run/kafka.properties" >"$run/format.log" 2>&1
  fi
  : >"$run/kafka.log"
  setpriv --pdeathsig TERM "${java[@]}" kafka.Kafka "$run/kafka.properties" >"$run/kafka.log" 2>&1 </dev/null &
  pid=$! ready='Kafka Server started'
}

elasticsearch() {
  local home user=()
  home=$(ls -d "$dir"/elasticsearch-*)
  mkdir -p "$run/config" "$run/data" "$run/logs" "$run/snapshots"
  cp -r "$home"/config/. "$run/config"
  cat >"$run/config/elasticsearch.yml" <<P
cluster.name: test
discovery.type: single-node
network.host: 127.0.0.1
http.port: $port
transport.port: $inner
xpack.security.enabled: false
path.data: $run/data
path.logs: $run/logs
path.repo: $run/snapshots
P
  cat "$run/extra.yml" >>"$run/config/elasticsearch.yml" 2>/dev/null || true
  if [ "$(id -u)" = 0 ]; then # Elasticsearch refuses to run as root
    chown -R nobody "$run"/{config,data,logs,snapshots}
    user=(--reuid=nobody --regid=nogroup --clear-groups)
  fi
  : >"$run/elasticsearch.log"
  export ES_PATH_CONF=$run/config ES_JAVA_OPTS="-Xms1g -Xmx1g" HOME=$run/logs
  export ES_JAVA_HOME=${ES_JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")}
  setpriv --pdeathsig TERM "${user[@]}" bash "$home/bin/elasticsearch" >"$run/elasticsearch.log" 2>&1 </dev/null &
  pid=$! ready='\] started'
}

exec 3<&0
"$service"
trap 'kill "$pid" 2>/dev/null; wait "$pid"; exit 0' TERM INT
for ((tries = 0; tries < 900; tries++)); do
  if grep -q "$ready" "$run/$service.log"; then
    echo "127.0.0.1:$port pid=$pid"
    exec 2>/dev/null # whoever kills the service knows it
    cat <&3 >/dev/null &
    wait -n || true
    kill "$pid" 2>/dev/null || true
    wait "$pid" || true
    exit 0
  fi
  kill -0 "$pid" 2>/dev/null || break
  sleep 0.1 &
  wait $!
done
echo "$service did not start: see $run/$service.log" >&2
kill "$pid" 2>/dev/null || true
exit 1
