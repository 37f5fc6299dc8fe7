# step: paths
curl http://shop.example/api
curl http://shop.example/api/orders
