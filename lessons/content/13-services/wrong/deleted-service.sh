# step: behind
kubectl delete service web
