#!/usr/bin/env node
import {main} from '../dist/simulator/cli.js';

await main(process.argv);
