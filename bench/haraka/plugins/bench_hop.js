'use strict'
// Relays for whoever connects, everything to one next hop on loopback.

exports.register = function () {
  this.register_hook('connect', 'relay_for_all')
  this.register_hook('get_mx', 'next_hop')
}

exports.relay_for_all = function (next, connection) {
  connection.relaying = true
  next()
}

exports.next_hop = function (next) {
  next(OK, [{ priority: 0, exchange: '127.0.0.1', port: Number(process.env.BENCH_SINK) }])
}
