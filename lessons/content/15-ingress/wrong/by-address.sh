# step: controller
kubectl apply -f controller.yaml
clock advance 60s
curl http://198.51.100.10/
