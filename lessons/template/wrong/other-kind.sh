# step: remove
kubectl delete service kubernetes
