# step: paths
curl http://shop.example/
curl http://shop.example/apis
