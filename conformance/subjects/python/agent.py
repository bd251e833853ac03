#!/usr/bin/env python3
import sys

from outbound_agent.program import main

sys.exit(main())
