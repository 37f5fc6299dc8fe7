# step: repair
kubectl delete networkpolicy shop
