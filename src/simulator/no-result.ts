// How the provider says that there is no such row: by the name of a class of its own code.

import type {Route} from './paths.js';

// By the first part of a path. The provider's documents name the first four, the others follow from their kind.
const classes: Readonly<Record<string, string>> = {
  contacts: 'Subscriber',
  accounts: 'CustomerAccount',
  contactTags: 'SubscriberTag',
  tags: 'Tag',
  ecomOrders: 'EcomOrder',
  geoIps: 'GeoIp',
  customObjects: 'Schema',
  segmentsV2: 'Segment',
  sms: 'Broadcast',
};

/** `No Result found for Subscriber with id 5` */
export function noResult({name, id}: Route): string {
  const [first = name] = name.split(/[/?]/);
  return `No Result found for ${classes[first] ?? first} with id ${id}`;
}
