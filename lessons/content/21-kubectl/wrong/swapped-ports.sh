# step: forward
kubectl port-forward service/shop 80:8080
