# step: forward
kubectl port-forward service/shop 8080:80
