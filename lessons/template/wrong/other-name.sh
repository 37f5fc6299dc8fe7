# step: make
kubectl run wbe --image=nginx
