# step: backend
kubectl rollout restart deployment ingress-nginx-controller -n ingress-nginx
