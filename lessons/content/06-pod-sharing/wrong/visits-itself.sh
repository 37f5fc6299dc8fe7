# step: worlds
kubectl apply -f stranger.yaml
kubectl run visitor --image=busybox:1.37 --restart=Never -- wget -q -O - http://localhost
clock advance 10s
