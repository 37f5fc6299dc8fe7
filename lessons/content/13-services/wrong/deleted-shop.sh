# step: mismatch
kubectl delete service shop
