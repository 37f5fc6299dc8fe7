# step: pending
kubectl create service nodeport shop --tcp=80:8080
