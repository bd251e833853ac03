#include "fakes/fault/faults/list.hpp"

namespace kitfox::fault {
namespace faults {
fault_kind blackhole();
fault_kind block_new();
fault_kind buffer();
fault_kind certificate();
fault_kind clog();
fault_kind content_length();
fault_kind corrupt();
fault_kind cut_established();
fault_kind drip();
fault_kind duplicate_request();
fault_kind fin();
fault_kind half_close();
fault_kind hold();
fault_kind idle_timeout();
fault_kind latency();
fault_kind limit_bytes();
fault_kind lose_response();
fault_kind loss();
fault_kind max_age();
fault_kind mute();
fault_kind nat_rebind();
fault_kind partition();
fault_kind rate();
fault_kind redirect();
fault_kind refuse();
fault_kind reset_after_accept();
fault_kind rst();
fault_kind slice();
fault_kind slow_close();
fault_kind sse_corrupt();
fault_kind sse_drop();
fault_kind sse_duplicate();
fault_kind sse_pad();
fault_kind sse_reorder();
fault_kind sse_replay();
fault_kind sse_set_retry();
fault_kind sse_silence();
fault_kind sse_split();
fault_kind sse_truncate();
fault_kind sse_wrong_type();
fault_kind stall();
fault_kind status();
fault_kind swizzle();
fault_kind syn_drop();
fault_kind tls_alert();
fault_kind tls_stall();
fault_kind truncate();
fault_kind unreachable();
}  // namespace faults

std::vector<fault_kind> every_fault() {
  return {
      faults::blackhole(),           //
      faults::block_new(),           //
      faults::buffer(),              //
      faults::certificate(),         //
      faults::clog(),                //
      faults::content_length(),      //
      faults::corrupt(),             //
      faults::cut_established(),     //
      faults::drip(),                //
      faults::duplicate_request(),   //
      faults::fin(),                 //
      faults::half_close(),          //
      faults::hold(),                //
      faults::idle_timeout(),        //
      faults::latency(),             //
      faults::limit_bytes(),         //
      faults::lose_response(),       //
      faults::loss(),                //
      faults::max_age(),             //
      faults::mute(),                //
      faults::nat_rebind(),          //
      faults::partition(),           //
      faults::rate(),                //
      faults::redirect(),            //
      faults::refuse(),              //
      faults::reset_after_accept(),  //
      faults::rst(),                 //
      faults::slice(),               //
      faults::slow_close(),          //
      faults::sse_corrupt(),         //
      faults::sse_drop(),            //
      faults::sse_duplicate(),       //
      faults::sse_pad(),             //
      faults::sse_reorder(),         //
      faults::sse_replay(),          //
      faults::sse_set_retry(),       //
      faults::sse_silence(),         //
      faults::sse_split(),           //
      faults::sse_truncate(),        //
      faults::sse_wrong_type(),      //
      faults::stall(),               //
      faults::status(),              //
      faults::swizzle(),             //
      faults::syn_drop(),            //
      faults::tls_alert(),           //
      faults::tls_stall(),           //
      faults::truncate(),            //
      faults::unreachable(),         //
  };
}

}  // namespace kitfox::fault
