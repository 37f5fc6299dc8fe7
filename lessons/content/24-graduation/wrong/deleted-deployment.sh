# step: update
kubectl delete deployment front
