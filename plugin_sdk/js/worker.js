// The SharedWorker of shared.js.

import {Hub} from "./hub.js";

const hub = new Hub();
self.onconnect = ({ports: [port]}) => hub.connect(port);
