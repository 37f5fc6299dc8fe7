# step: change
kubectl delete configmap sign
