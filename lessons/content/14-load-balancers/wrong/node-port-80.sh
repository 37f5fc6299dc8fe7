# step: outside
kubectl apply -f service.yaml
curl http://node-1/
