#pragma once
/// Every message of the wire contract; include the part you speak.
#include "protocol/agent_messages.hpp"
#include "protocol/caller_messages.hpp"
#include "protocol/dashboard_messages.hpp"
