// Shops: connections, customers, orders with their products and activities.

import {withShortHour} from '../central-time.js';
import type {Resource} from '../resource.js';
import {byNumber, byStamp, byText, equals} from '../rules.js';
import {created, later, unless, updated} from '../stamps.js';
import {words} from '../texts.js';

const syncedAt = unless(row => row.index % 2 !== 0, updated);
const placedAt = later(-90);
const abandonedAt = unless(row => row.index % 4 !== 0, created);

const connections: Resource = {
  name: 'connections',
  size: [2, 'hardly'],
  editable: 'name',
  row: r => ({
    service: r.pick(['shopify', 'fooCommerce']),
    serviceName: 'Shop',
    externalid: `shop${r.index}.example.com`,
    name: r.text(`Shop ${r.pick(words)}`),
    isInternal: r.flag(),
    connectionType: 'ecommerce',
    status: '1',
    syncStatus: '0',
    sync_request_time: null,
    sync_start_time: null,
    lastSync: r.at(syncedAt),
    logoUrl: '',
    linkUrl: '',
    listId: '0',
    credentialExpiration: null,
    cdate: r.cdate,
    udate: r.udate,
    links: r.links('connections', 'options', 'customers'),
    id: r.id,
  }),
  stamps: {cdate: created, udate: updated, lastSync: syncedAt},
  filters: [equals('filters[service]', 'service'), equals('filters[externalid]', 'externalid')],
};

const ecomCustomers: Resource = {
  name: 'ecomCustomers',
  size: [30, 'withContacts'],
  editable: 'avgProductCategory',
  row: r => {
    // A row without a connection sums up a customer over all of them.
    const connection = r.index % 6 === 5 ? null : r.ref('connections');
    return {
      connectionid: connection ?? '0',
      externalid: r.index % 9 === 4 ? '90071992547409931234' : r.count(1_000_000),
      email: `customer${r.index}@example.com`,
      totalRevenue: r.count(900_000),
      totalOrders: r.count(40),
      totalProducts: r.count(90),
      avgRevenuePerOrder: r.count(30_000),
      avgProductCategory: r.text('Electronics'),
      tstamp: r.udate,
      links: r.links('ecomCustomers', 'connection', 'orders'),
      id: r.id,
      connection,
    };
  },
  stamps: {tstamp: updated},
  filters: [
    equals('filters[email]', 'email'),
    equals('filters[externalid]', 'externalid'),
    equals('filters[connectionid]', 'connectionid'),
  ],
};

const ecomOrders: Resource = {
  name: 'ecomOrders',
  size: [35, 'withContacts'],
  editable: 'shippingMethod',
  row: r => {
    const [connection, customer] = [r.ref('connections'), r.ref('ecomCustomers')];
    const products = r.children('ecomOrderProducts');
    const placed = r.later(-90);
    return {
      externalid: String(3246315233 + r.index),
      source: '1',
      email: `customer${r.index}@example.com`,
      currency: r.pick(['USD', 'EUR']),
      connectionid: connection,
      customerid: customer,
      orderUrl: `https://example.com/orders/${3246315233 + r.index}`,
      shippingMethod: r.text('UPS Ground'),
      // Cents, as JSON numbers on this list: one beyond what a double holds.
      totalPrice: r.index % 31 === 6 ? 9007199254740993n : r.int(90_000),
      shippingAmount: r.int(900),
      taxAmount: r.int(900),
      discountAmount: r.int(900),
      // The provider's own example has hours of one digit.
      externalCreatedDate: r.index % 7 === 2 ? withShortHour(placed) : placed,
      externalUpdatedDate: r.index % 3 === 0 ? null : placed,
      totalProducts: products.length,
      createdDate: r.cdate,
      updatedDate: r.udate,
      state: r.pick([1, 0, 2]),
      connection,
      orderProducts: products,
      customer,
      orderDate: placed,
      tstamp: r.udate,
      links: r.links('ecomOrders', 'connection', 'customer', 'orderProducts', 'orderDiscounts', 'orderActivities'),
      id: r.id,
    };
  },
  stamps: {
    createdDate: created,
    updatedDate: updated,
    tstamp: updated,
    orderDate: placedAt,
    externalCreatedDate: placedAt,
    externalUpdatedDate: unless(row => row.index % 3 === 0, placedAt),
  },
  filters: [
    equals('filters[connectionid]', 'connectionid'),
    equals('filters[externalid]', 'externalid'),
    equals('filters[email]', 'email'),
    equals('filters[state]', 'state'),
    equals('filters[customerid]', 'customerid'),
    equals('filters[external_created_date]', 'externalCreatedDate'),
  ],
  orders: [
    byStamp('external_created_date', 'externalCreatedDate'),
    byNumber('connectionid'),
    byText('externalid'),
    byText('email'),
    byNumber('state'),
    byNumber('customerid'),
  ],
};

const ecomOrderProducts: Resource = {
  name: 'ecomOrderProducts',
  size: [70, 'withContacts'],
  parent: {resource: 'ecomOrders', key: 'orderid'},
  isListedByParent: true,
  editable: 'description',
  isRemovable: true,
  total: 'absent',
  row: r => {
    const order = r.parent();
    return {
      orderid: order,
      connectionid: r.ref('connections'),
      externalid: String(1269385775 + r.index),
      sku: `SKATE-${r.index}`,
      name: r.text('My Cool Skateboard'),
      description: r.text('This skateboard is so cool, it rides itself'),
      price: r.count(9000),
      quantity: String(r.int(5) + 1),
      category: 'skateboards',
      imageUrl: 'https://example.com/images/skateboard.jpg',
      productUrl: `http://example.com/products/skate-${r.index}`,
      createdDate: r.cdate,
      updatedDate: r.udate,
      tstamp: r.udate,
      links: r.links('ecomOrderProducts', 'ecomOrder'),
      id: r.id,
      ecomOrder: order,
    };
  },
  stamps: {createdDate: created, updatedDate: updated, tstamp: updated},
};

const ecomOrderActivities: Resource = {
  name: 'ecomOrderActivities',
  size: [20, 'withContacts'],
  editable: 'shippingMethod',
  row: r => {
    const [order, connection, customer] = [r.ref('ecomOrders'), r.ref('connections'), r.ref('ecomCustomers')];
    return {
      orderid: order,
      connectionid: connection,
      customerid: customer,
      externalid: String(3246315233 + r.index),
      externalcheckoutid: r.index % 4 === 0 ? r.hex(12) : null,
      source: '1',
      orderNumber: `#${1000 + r.index}`,
      email: `customer${r.index}@example.com`,
      totalPrice: r.count(90_000),
      discountAmount: '0',
      shippingAmount: r.count(900),
      taxAmount: '0',
      totalProducts: r.count(5),
      currency: 'USD',
      shippingMethod: r.text('UPS Ground'),
      store_name: 'Shop',
      logo_url: '',
      orderUrl: `https://example.com/orders/${3246315233 + r.index}`,
      state: r.pick(['1', '2']),
      externalCreatedDate: r.cdate,
      externalUpdatedDate: r.udate,
      abandonedDate: r.at(abandonedAt),
      createdDate: r.cdate,
      updatedDate: r.udate,
      links: r.links('ecomOrderActivities', 'connection', 'order'),
      id: r.id,
      connection,
      order,
    };
  },
  stamps: {
    createdDate: created,
    updatedDate: updated,
    externalCreatedDate: created,
    externalUpdatedDate: updated,
    abandonedDate: abandonedAt,
  },
  filters: [equals('filters[orderid]', 'orderid', false)],
};

// Nobody published a row of it: its columns follow those of products, and what the provider's GraphQL says of discounts.
const ecomOrderDiscounts: Resource = {
  name: 'ecomOrders/{id}/orderDiscounts',
  key: 'ecomOrderDiscounts',
  size: [15, 'withContacts'],
  parent: {resource: 'ecomOrders', key: 'orderid', every: 3},
  editable: 'name',
  isRemovable: true,
  row: r => ({
    orderid: r.parent(),
    name: r.text(`${r.pick(words)}10`),
    type: r.pick(['order', 'shipping']),
    discountAmount: r.count(2000),
    createdDate: r.cdate,
    updatedDate: r.udate,
    links: r.links('ecomOrderDiscounts', 'ecomOrder'),
    id: r.id,
    ecomOrder: r.parent(),
  }),
  stamps: {createdDate: created, updatedDate: updated},
};

export const ecommerceResources = [connections, ecomCustomers, ecomOrders, ecomOrderProducts, ecomOrderActivities];

/** Resources that came later; see `index.ts`. */
export const discountResources = [ecomOrderDiscounts];
