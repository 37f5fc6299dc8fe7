# step: undo
kubectl delete deployment web
